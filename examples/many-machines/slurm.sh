#!/bin/bash
# One shard a task. In the folder of the plan, which all nodes see:
#   sbatch --array="$(npx sbridge shards missing plan.json)" slurm.sh
#SBATCH --job-name=rows
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --output=shard-%a.log
npx sbridge shards run plan.json --shard "$SLURM_ARRAY_TASK_ID" --threads "$SLURM_CPUS_PER_TASK"
