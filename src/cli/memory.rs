//! How much memory there is, for work that is faster with more.

use crate::projections::BUDGET;

/// The most that is ever used at once.
const MOST: usize = 1 << 30;

/// For a rebuild by itself, with nobody served beside it: a quarter of what is free, and not less than usual. With enough, the
/// log is read once instead of part by part.
pub fn budget() -> usize {
    (free().unwrap_or(0) / 4).clamp(BUDGET, MOST)
}

/// What the machine has free, or what a container may still take where that is less.
fn free() -> Option<usize> {
    let info = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = info.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let machine = line.trim().trim_end_matches("kB").trim().parse::<usize>().ok()? * 1024;
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limit =
        limits.iter().find_map(|file| std::fs::read_to_string(file).ok()?.trim().parse::<usize>().ok());
    Some(limit.map_or(machine, |limit| machine.min(limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_as_much_as_usual_and_never_everything() {
        assert!((BUDGET..=MOST).contains(&budget()));
    }
}
