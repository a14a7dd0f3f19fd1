//! Child processes: what the system counted for one that ended, which cores there are, and ties that keep a child from outliving its parent.

use std::fs;
use std::io;
use std::process::{Child, Command};

/// What the system says of a process that ended.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ended {
    /// Exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Processor time, s.
    pub cpu: Option<f64>,
    /// Peak memory, bytes.
    pub peak: Option<u64>,
}

/// One-minute load average.
#[must_use]
pub fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// Memory that a process holds now, bytes; `None` where the system does not tell.
#[must_use]
pub fn resident(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * page())
}

#[cfg(unix)]
fn page() -> u64 {
    // SAFETY: asks for a constant of the system.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

#[cfg(not(unix))]
fn page() -> u64 {
    4096
}

/// Memory that may still be taken on this machine, bytes; `None` where the system does not tell.
#[must_use]
pub fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("MemAvailable:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Cores that this process may use.
#[cfg(target_os = "linux")]
#[must_use]
pub fn cores() -> Vec<u32> {
    // SAFETY: an all-zero set is a valid one, and the call fills it within its size.
    let set = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(0, std::mem::size_of::<libc::cpu_set_t>(), &raw mut set) != 0 {
            return vec![0];
        }
        set
    };
    // SAFETY: positions below CPU_SETSIZE are within the set.
    let all = 0..libc::CPU_SETSIZE.unsigned_abs();
    let own: Vec<u32> = all.filter(|&n| unsafe { libc::CPU_ISSET(n as usize, &set) }).collect();
    if own.is_empty() { vec![0] } else { own }
}

/// Cores that this process may use.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn cores() -> Vec<u32> {
    let n = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (0..u32::try_from(n).unwrap_or(1)).collect()
}

/// Ties a child to this process: Ctrl-C does not reach it (the parent ends it), it dies when its parent does, and it runs on the cores given
/// (none: on all).
#[cfg(target_os = "linux")]
pub fn tether(command: &mut Command, cores: &[u32]) {
    use std::os::unix::process::CommandExt;
    let cores = cores.to_vec();
    let parent = libc::pid_t::try_from(std::process::id()).unwrap_or(0);
    command.process_group(0);
    // SAFETY: between fork and exec only system calls without allocation are made; a refusal leaves the child unpinned.
    unsafe {
        command.pre_exec(move || {
            if !cores.is_empty() {
                let mut set: libc::cpu_set_t = std::mem::zeroed();
                for &n in &cores {
                    libc::CPU_SET(n as usize, &mut set);
                }
                libc::sched_setaffinity(0, std::mem::size_of::<libc::cpu_set_t>(), &raw const set);
            }
            libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
            // the parent may have died before the line above
            if libc::getppid() == parent { Ok(()) } else { Err(io::Error::from_raw_os_error(libc::ESRCH)) }
        });
    }
}

/// Does nothing on this system.
#[cfg(not(target_os = "linux"))]
pub fn tether(_: &mut Command, _: &[u32]) {}

/// Whether a child has ended, with what the system counted for it.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub fn ended(child: &mut Child) -> io::Result<Option<Ended>> {
    let pid = libc::pid_t::try_from(child.id()).map_err(io::Error::other)?;
    let mut status = 0;
    // SAFETY: an all-zero usage is a valid one; both places live through the call.
    let (found, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage), usage)
    };
    if found == 0 {
        return Ok(None);
    }
    if found < 0 {
        return Err(io::Error::last_os_error());
    }
    #[allow(clippy::cast_precision_loss)] // seconds and microseconds
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
    let kib = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok(Some(Ended {
        exit: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
        signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
        cpu: Some(seconds(usage.ru_utime) + seconds(usage.ru_stime)),
        peak: u64::try_from(usage.ru_maxrss).ok().map(|m| m * kib),
    }))
}

/// Whether a child has ended.
///
/// # Errors
/// What the system says.
#[cfg(not(unix))]
pub fn ended(child: &mut Child) -> io::Result<Option<Ended>> {
    Ok(child.try_wait()?.map(|status| Ended { exit: status.code(), ..Ended::default() }))
}
