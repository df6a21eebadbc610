//! Reading files of facts, with the file's name in every error.

use std::path::Path;

use serde::de::DeserializeOwned;

/// The text of a file.
pub fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A YAML file as `T`. A key that is given twice is an error too, which a typed map alone would let pass.
pub fn yaml<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = text(path)?;
    let in_file = |error: serde_yaml::Error| format!("{}: {error}", path.display());
    serde_yaml::from_str::<serde_yaml::Value>(&text).map_err(in_file)?;
    serde_yaml::from_str(&text).map_err(in_file)
}

/// One file per id of `order` in a folder, in that order. A file that the order does not name is an error.
pub fn folder<T: DeserializeOwned>(folder: &Path, order: &[String]) -> Result<Vec<T>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        if !order.iter().any(|known| *known == id) {
            return Err(format!("{}: not listed in facts/order.yaml", path.display()));
        }
    }
    order.iter().map(|id| yaml(&folder.join(format!("{id}.yaml")))).collect()
}

/// A line of a table.
pub struct Row {
    /// `file:line`, for errors.
    pub place: String,
    /// As many as the table has columns.
    pub cells: Vec<String>,
}

/// A file of tab-separated values. Lines that start with `#` are comments; the first other line names the columns.
pub fn table(path: &Path, columns: &[&str]) -> Result<Vec<Row>, String> {
    let text = text(path)?;
    let mut rows = Vec::new();
    let mut named = false;
    for (number, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = format!("{}:{}", path.display(), number + 1);
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        if cells.len() != columns.len() {
            return Err(format!("{place}: {} cells, not {}", cells.len(), columns.len()));
        }
        if named {
            rows.push(Row { place, cells });
        } else if cells == columns {
            named = true;
        } else {
            return Err(format!("{place}: the columns should be {columns:?}"));
        }
    }
    Ok(rows)
}
