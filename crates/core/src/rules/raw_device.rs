//! Devices that give the host away.

use daemonless_catalog::Power;

use super::owner;
use super::words::quote;
use crate::engine::mount;
use crate::rule::{Scene, Sink, declare_rule};

declare_rule! {
    /// Reports disks, memory and kernel devices of the host that are handed to a container: `/dev/sda`, `/dev/nvme0n1`,
    /// `/dev/mapper/…`, `/dev/mem`, `/dev/kmsg`.
    ///
    /// ## Why
    ///
    /// A disk's device is the disk: `debugfs` reads and writes any file on it without mounting, past all permissions.
    /// `/dev/mem` is the machine's memory, and `/dev/kmsg` the kernel's log with its addresses. Devices for one purpose
    /// (`/dev/fuse`, `/dev/net/tun`, `/dev/kvm`, a GPU) are not reported.
    ///
    /// [CWE-668](https://cwe.mitre.org/data/definitions/668.html); ATT&CK
    /// [T1611](https://attack.mitre.org/techniques/T1611/); CIS Docker Benchmark 1.6.0, 5.18.
    ///
    /// ## Bad
    ///
    /// ```docker-compose
    /// services:
    ///   imager:
    ///     image: alpine:3.22
    ///     devices:
    ///       - /dev/sda:/dev/xvda:r
    /// ```
    ///
    /// ```shell
    /// docker run --rm --device=/dev/mem alpine:3.22 true
    /// ```
    ///
    /// ## Good
    ///
    /// ```docker-compose
    /// services:
    ///   builder:
    ///     image: alpine:3.22
    ///     devices:
    ///       - /dev/fuse
    /// ```
    ///
    /// ```shell
    /// docker run --rm --device=/dev/kvm --device /dev/dri alpine:3.22 true
    /// ```
    ///
    /// ## What to do
    ///
    /// Write to a file and copy it to the disk outside the job; or do it on a machine that is thrown away after the job.
    ///
    /// ## Sources
    ///
    /// - <https://docs.docker.com/reference/cli/docker/container/run/#device>
    /// - <https://github.com/docker/docker-bench-security>
    "raw-device", "A disk, the memory or the kernel of the host is handed in as a device", check,
}

/// Starts of names under `/dev/`, with what they are. What ends in `/` is a folder.
static DEVICES: &[(&str, &str)] = &[
    ("sd", "a disk"),
    ("hd", "a disk"),
    ("vd", "a disk"),
    ("xvd", "a disk"),
    ("nvme", "a disk"),
    ("mmcblk", "a disk"),
    ("dm-", "a disk"),
    ("md", "a disk"),
    ("sg", "a disk"),
    ("loop", "a disk"),
    ("mapper/", "a disk"),
    ("disk/", "a disk"),
    ("block/", "a disk"),
    ("mem", "the memory"),
    ("kmem", "the memory"),
    ("port", "the machine's ports"),
    ("kmsg", "the kernel's log"),
];

fn check(scene: &Scene<'_>, sink: &mut Sink<'_>) {
    for container in &scene.job.containers {
        for device in &container.devices {
            let Some(what) = device.texts().find_map(|text| raw(text.as_str())) else { continue };
            let power = if what == "the kernel's log" { Power::OneWallLess } else { Power::HostPrivilege };
            let power = owner::kernel_power(scene, container, power);
            let message = format!(
                "{} is {what} of the host: a step in the container reads and writes it past all permissions. Hand in a file \
                 instead, or use a single-use machine.",
                quote(device.as_str())
            );
            sink.report(device.span, power, message);
        }
    }
}

/// What a device given as `PATH[:PATH[:rwm]]` is, if it gives the host away.
fn raw(device: &str) -> Option<&'static str> {
    let path = mount::normal(device.split(':').next().unwrap_or(""));
    if path == "/dev" {
        return Some("all of the devices");
    }
    let name = path.strip_prefix("/dev/")?;
    let fits = |start: &str| {
        let rest = name.strip_prefix(start)?;
        let whole = matches!(start, "mem" | "kmem" | "port" | "kmsg");
        (if whole { rest.is_empty() } else { rest.len() <= 4 || start.ends_with('/') }).then_some(())
    };
    DEVICES.iter().find(|(start, _)| fits(start).is_some()).map(|(_, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices() {
        for device in ["/dev/sda", "/dev/nvme0n1:/dev/x:r", "/dev/mapper/vg-root", "//dev/mem", "/dev"] {
            assert!(raw(device).is_some(), "{device}");
        }
        for device in [
            "/dev/fuse",
            "/dev/net/tun",
            "/dev/kvm",
            "/dev/dri",
            "/dev/nvidia0",
            "/dev/snd",
            "/dev/memo",
            "sda",
        ] {
            assert_eq!(raw(device), None, "{device}");
        }
    }
}
