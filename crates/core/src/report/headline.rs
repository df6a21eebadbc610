//! The verdict as one sentence: who can do what to which machine.

use daemonless_catalog::{Host, Power};

use crate::model::{Job, Reach};
use crate::verdict::Verdict;

/// The verdict on one job.
pub(super) fn of_job(format: &str, job: &Job, verdict: &Verdict) -> String {
    if verdict.power.what == Power::Nothing {
        return format!("{} reaches no container engine.", capital(&named(job)));
    }
    let who = who(format, job, verdict.reach.what);
    let vm = verdict.host.what == Host::Vm;
    let machine = match vm {
        true => format!("the machine of {}, which is thrown away after it", named(job)),
        false => format!("the machine that runs {}", named(job)),
    };
    match verdict.power.what {
        Power::HostRoot | Power::HostPrivilege => format!("{who} can become root on {machine}."),
        Power::OpenEngine => {
            format!(
                "{who} can start any container on the engine that {} reaches, which asks for no key.",
                named(job)
            )
        }
        Power::UnknownEngine if vm => format!("{who} can use the daemon of {machine}."),
        Power::UnknownEngine => {
            format!(
                "{who} can use the engine that {} reaches, and the file does not say whose it is.",
                named(job)
            )
        }
        Power::OneWallLess => format!("{who} stands one wall closer to {machine}."),
        Power::OwnContainer => format!("{who} reaches what {} itself holds, and no engine.", named(job)),
        Power::Nothing => String::new(),
    }
}

/// The verdict on a file: that on its worst job.
pub(super) fn of_file(format: Option<&str>, jobs: &[(&Job, &Verdict)]) -> String {
    let Some(format) = format else {
        return "This text is of no format that is known here.".to_owned();
    };
    let worst = jobs.iter().max_by_key(|(_, verdict)| (verdict.risk, std::cmp::Reverse(verdict.power.what)));
    match worst {
        None => "There is nothing here that runs.".to_owned(),
        Some((_, verdict)) if verdict.power.what == Power::Nothing => {
            let noun = jobs.first().map_or("job", |(job, _)| job.noun);
            match jobs.len() {
                1 => format!("This {noun} reaches no container engine."),
                _ => format!("No {noun} here reaches a container engine."),
            }
        }
        Some((job, verdict)) => of_job(format, job, verdict),
    }
}

fn who(format: &str, job: &Job, reach: Reach) -> String {
    match format {
        "docker-compose" | "kubernetes" => format!("Whoever controls the {} `{}`", job.noun, job.name),
        "dockerfile" => "Code in a container of this image".to_owned(),
        "shell" => "Code in what this script starts".to_owned(),
        _ => match reach {
            Reach::Strangers => "Anyone who can open a pull request".to_owned(),
            Reach::Pushers => "Anyone who can push a branch".to_owned(),
            Reach::Protected => "Anyone who can change a protected branch".to_owned(),
        },
    }
}

fn named(job: &Job) -> String {
    match job.noun {
        "image" => "this image".to_owned(),
        "script" => "this script".to_owned(),
        _ => format!("`{}`", job.name),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}
