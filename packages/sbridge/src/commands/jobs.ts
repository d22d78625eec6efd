import type { Command } from '@commander-js/extra-typings'
import { connect } from '../cluster/connection.js'
import { type JobStatus, jobsOf } from '../cluster/jobs.js'
import { writeStream } from '../format/table-file.js'
import { arrayText } from '../shards/plan.js'

export function jobsVerb(verb: Command): void {
  verb
    .argument('<url>', 'Redis or Valkey, as for `sbridge worker`')
    .option('--json', 'prints a list as JSON')
    .action(async (url, { json }) => {
      const connection = await connect(url, (line) => void process.stderr.write(`sbridge: ${line}\n`))
      try {
        const jobs = await Promise.race([jobsOf(connection), connection.lost])
        await writeStream(process.stdout, json ? `${JSON.stringify({ jobs })}\n` : jobs.map(linesOf).join(''))
      } finally {
        connection.close()
      }
    })
}

function linesOf({ name, state, input, output, rows, shards, sent, host, drawn, parked, reason }: JobStatus): string {
  const lines = [
    `${name}: ${state}, ${drawn} of ${shards} shards, ${rows} rows from ${input} for ${output}, sent ${sent} by ${host}`,
    ...(parked.length > 0 ? [`  given up: ${arrayText(parked.map(({ shard }) => shard))}`] : []),
    ...parked.map((one) => `  shard ${one.shard}: ${one.reason}`),
    ...(reason === undefined ? [] : [`  ${reason}`])
  ]
  return `${lines.join('\n')}\n`
}
