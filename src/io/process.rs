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
    command.process_group(0).env_remove(PARENT);
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

/// Names the parent of a program of ours.
#[cfg(target_os = "linux")]
const PARENT: &str = "FENJI_PARENT";

/// Ties a child that is this program to this process, as [`tether`] does: by `heed_parent`, which the child calls first of all. Nothing runs between
/// fork and exec then, so that the system need not copy the page tables of a large parent.
#[cfg(target_os = "linux")]
pub fn leash(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0).env(PARENT, std::process::id().to_string());
}

/// Does nothing on this system.
#[cfg(not(target_os = "linux"))]
pub fn leash(_: &mut Command) {}

/// Ends this process when its parent does, where it was started on a [`leash`]. False: the parent has ended already. To be called before any thread
/// is begun: what the parent said is taken out of the environment, so that no process begun from here takes it for its own.
#[cfg(target_os = "linux")]
#[must_use]
pub(crate) fn heed_parent() -> bool {
    let Some(parent) = std::env::var(PARENT).ok().and_then(|p| p.parse::<libc::pid_t>().ok()) else { return true };
    // SAFETY: there is one thread yet; the calls below take and give numbers only.
    unsafe {
        std::env::remove_var(PARENT);
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::getppid() == parent
    }
}

/// Nobody is on a leash on this system.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub(crate) fn heed_parent() -> bool {
    true
}

/// A file that has no name and is gone with its last owner; in memory where the system has such files.
///
/// # Errors
/// What the system says.
pub fn nameless() -> io::Result<fs::File> {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::FromRawFd;
        // SAFETY: the name ends in a zero; what the call returns belongs to nobody else.
        let fd = unsafe { libc::memfd_create(c"fenji".as_ptr(), libc::MFD_CLOEXEC) };
        if fd >= 0 {
            // SAFETY: as above.
            return Ok(unsafe { fs::File::from_raw_fd(fd) });
        }
    }
    tempfile::tempfile()
}

/// Tells when a child ends, without asking again and again.
#[derive(Debug)]
pub struct Bell {
    #[cfg(target_os = "linux")]
    child: Option<std::os::fd::OwnedFd>,
    begin: std::time::Instant,
}

impl Bell {
    /// How often the system is asked where it cannot tell by itself.
    const ASK: std::time::Duration = std::time::Duration::from_millis(2);

    /// The bell of a child.
    #[must_use]
    pub fn of(child: &Child) -> Self {
        #[cfg(not(target_os = "linux"))]
        let _ = child;
        Self {
            #[cfg(target_os = "linux")]
            child: handle(child),
            begin: std::time::Instant::now(),
        }
    }

    /// Returns when the child has ended, or after so long at most; it may return earlier.
    pub fn wait(&self, most: std::time::Duration) {
        #[cfg(target_os = "linux")]
        if let Some(child) = &self.child {
            use std::os::fd::AsRawFd;
            let mut asked = libc::pollfd { fd: child.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            let millis = i32::try_from(most.as_millis().max(1)).unwrap_or(i32::MAX);
            // SAFETY: one entry, which lives through the call.
            if unsafe { libc::poll(&raw mut asked, 1, millis) } >= 0 {
                return;
            }
        }
        // never much longer than a fiftieth of what it took so far
        std::thread::sleep(most.min(Self::ASK).min(self.begin.elapsed() / 50).max(Self::ASK / 10));
    }
}

/// A handle of a process that can be waited for (Linux 5.3); none where the system has no such thing.
#[cfg(target_os = "linux")]
fn handle(child: &Child) -> Option<std::os::fd::OwnedFd> {
    use std::os::fd::FromRawFd;
    let pid = libc::pid_t::try_from(child.id()).ok()?;
    // SAFETY: the call takes numbers only; what it returns belongs to nobody else.
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, pid, 0);
        let fd = std::os::fd::RawFd::try_from(fd).ok().filter(|fd| *fd >= 0)?;
        Some(std::os::fd::OwnedFd::from_raw_fd(fd))
    }
}

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
