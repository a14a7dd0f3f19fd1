//! What `fenji batch` takes, and what of the machine it may use.

use crate::batch::folder::Shard;
use crate::batch::run::Room;
use crate::io::process;
use std::path::PathBuf;

/// What a run takes.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// Specification (TOML); examples/batch/counties.toml is one, docs/batch.md lists the keys
    pub spec: PathBuf,
    /// How jobs are run.
    #[command(flatten)]
    pub machine: Machine,
    /// Go on in a folder that holds results: finished jobs are kept, damaged ones are done again
    #[arg(long)]
    pub resume: bool,
    /// Run shard I of N only (I from 0): no shard needs to know of another
    #[arg(long, value_name = "I/N", value_parser = shard, default_value = "0/1")]
    pub shard: Shard,
    /// Folder of the batch: absent or empty; with --resume one that holds this batch (nothing in it is thrown away)
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// How jobs are run on this machine; none of it changes a result.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Machine {
    /// Jobs at a time [default: cores / threads per job]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Threads of each job [default: 1, or cores / jobs]
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads_per_job: Option<u16>,
    /// Memory of all jobs together: 6G, 800M, or a share of what is free, 75% [default: 80%]
    #[arg(long, value_name = "M", value_parser = memory)]
    pub memory_limit: Option<Memory>,
}

/// An amount of memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Memory {
    Bytes(u64),
    /// Of what is free, 0 to 1.
    Share(f64),
}

fn memory(text: &str) -> Result<Memory, String> {
    let wrong = || "write bytes with K, M, G or T behind them (6G), or a share of what is free (75%)".to_owned();
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|x| x.is_finite() && *x > 0.0).ok_or_else(wrong);
    if let Some(share) = text.strip_suffix('%') {
        let share = number(share)?;
        return if share <= 100.0 { Ok(Memory::Share(share / 100.0)) } else { Err(wrong()) };
    }
    let upper = text.trim().to_ascii_uppercase();
    let upper = upper.strip_suffix("IB").or_else(|| upper.strip_suffix('B')).unwrap_or(&upper);
    let units = [('K', 10), ('M', 20), ('G', 30), ('T', 40)];
    let (digits, unit) = units.iter().find_map(|(c, u)| Some((upper.strip_suffix(*c)?, *u))).unwrap_or((upper, 0));
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let bytes = (number(digits)? * (1_u64 << unit) as f64) as u64;
    Ok(Memory::Bytes(bytes))
}

fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || "write I/N with I from 0 to N - 1, for example 0/8".to_owned();
    let (index, count) = text.split_once('/').ok_or_else(wrong)?;
    let (index, count): (usize, usize) = (index.trim().parse().map_err(|_| wrong())?, count.trim().parse().map_err(|_| wrong())?);
    if index < count { Ok(Shard { index, count }) } else { Err(wrong()) }
}

/// Jobs at a time, their memory, and the threads of each.
pub(super) fn room(machine: &Machine) -> (Room, usize) {
    let cores = process::cores().len().max(1);
    let (jobs, threads) = match (machine.jobs.map(usize::from), machine.threads_per_job.map(usize::from)) {
        (None, None) => (cores, 1),
        (Some(n), None) => (n, (cores / n).max(1)),
        (None, Some(k)) => ((cores / k).max(1), k),
        (Some(n), Some(k)) => (n, k),
    };
    let free = process::available_memory().unwrap_or(4 << 30);
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let memory = match machine.memory_limit.unwrap_or(Memory::Share(0.8)) {
        Memory::Bytes(n) => n,
        Memory::Share(s) => (free as f64 * s) as u64,
    };
    (Room { jobs, memory: memory.max(1) }, threads)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_memory_and_shards() {
        assert_eq!(memory("6G"), Ok(Memory::Bytes(6 << 30)));
        assert_eq!((memory("1.5MiB"), memory("2048")), (Ok(Memory::Bytes(3 << 19)), Ok(Memory::Bytes(2048))));
        assert_eq!(memory("75%"), Ok(Memory::Share(0.75)));
        assert!(["", "-1G", "0", "150%", "x", "1Q", "G"].iter().all(|t| memory(t).is_err()));
        assert_eq!(shard("2/3"), Ok(Shard { index: 2, count: 3 }));
        assert!(["3/3", "1", "a/2", "0/0", "-1/2"].iter().all(|t| shard(t).is_err()));
    }
}
