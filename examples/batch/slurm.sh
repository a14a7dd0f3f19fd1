#!/bin/bash
# A batch as a Slurm job array: every task is a shard, none needs to know of another, the last step puts them together.
#
#   sbatch examples/batch/slurm.sh SPEC.toml /shared/out
#   sbatch --dependency=afterany:JOBID --wrap "fenji batch merge /shared/out/shard-* --out /shared/out/whole"
#
# The same program, specification and cases must be seen by all nodes: their bytes are part of every job's identity. A task that Slurm
# requeues (node failure, preemption) goes on where it was: that is what --resume does.
#SBATCH --job-name=fenji-batch
#SBATCH --array=0-7
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
set -euo pipefail

spec="$1"
out="$2"
shards="${SLURM_ARRAY_TASK_COUNT:?start this with sbatch}"
shard="$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN))"

# Nine tenths of what the task has: the batch itself and the file system cache take the rest.
memory="$((${SLURM_MEM_PER_NODE:-16384} * 9 / 10))M"

exec fenji batch run "$spec" --out "$out/shard-$shard" --shard "$shard/$shards" \
    --jobs "${SLURM_CPUS_PER_TASK:-1}" --threads-per-job 1 --memory-limit "$memory" --resume
