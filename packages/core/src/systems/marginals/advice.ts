// What may be run on a long table of snapshots, from what `trajectories` itself makes of it.
import { listed } from '../../num/listed.js'
import type { RawTable } from '../../table/raw.js'
import { countText } from '../../tell/numbers.js'
import { type Fact, facts, type Telling } from '../../tell/telling.js'
import { timeText } from './calendar.js'
import { gapNotes } from './gaps.js'
import { fateNames } from './marks.js'
import { REFERENCE_SENTENCES, SMOOTH_SNAPSHOTS } from './options.js'
import { hasGaps } from './partly-seen.js'
import { type RuledColumns, ruledSnapshots } from './ruled-snapshots.js'
import { type SnapshotTable, snapshotsOf } from './snapshot-table.js'
import { prepareSnapshots } from './snapshots.js'
import { totalsNote } from './tell-growing.js'
import { checkSentence } from './tell-notes.js'

/**
 * Snapshots, particles and coordinates of a table, and the command that takes them: which reference, whether growth, fates or
 * groups can be asked for, and what checks the paths. Throws as a fit refuses the table. Cost as of `ruledSnapshots`.
 */
export function adviseSnapshots(raw: RawTable, wanted: RuledColumns, file: string): Telling {
  const table = ruledSnapshots(raw, wanted)
  const prepared = prepareSnapshots(table)
  const { snapshots } = prepared
  const counts = snapshots.map(({ cloud }) => cloud.points.rows)
  const times = snapshots.map(({ time }) => timeText(time, table.calendar))
  const reference = snapshots.length >= SMOOTH_SNAPSHOTS && !snapshots.some(hasGaps) ? 'smooth' : 'brownian'
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const fates = fateColumns(raw, { table, wanted })
  const given = Object.entries({ columns: wanted.columns, exclude: wanted.exclude, weights: wanted.weights && [wanted.weights] })
  const roles = given.flatMap(([name, names]) => (names ? [`--${name}`, names.join(',')] : []))
  const said = ['sbridge', 'trajectories', file, '--time', wanted.time, ...roles, '--reference', reference, '-n', '100', '-o', 'paths.csv']
  const command = said.map((word) => (/^[\w./:=,-]+$/.test(word) ? word : `"${word}"`)).join(' ')
  const lines: (Fact | undefined)[] = [
    { name: 'snapshots', value: snapshots.length, aside: `${times[0]} to ${times.at(-1)}` },
    { name: 'particles', value: least === most ? `${countText(least)} each` : `${countText(least)} to ${countText(most)}` },
    { name: 'coordinates', value: listed(table.columnNames) },
    { name: 'reference', value: `--reference ${reference}`, aside: REFERENCE_SENTENCES[reference] },
    fates.length > 0 ? { name: 'fates', value: fates.map((name) => `--fates ${name}`).join(' or ') } : undefined,
    { name: 'to run', value: command }
  ]
  return {
    json: {
      snapshots: snapshots.map((_, k) => ({ time: times[k], particles: counts[k] })),
      coordinates: table.columnNames,
      reference,
      fates,
      command
    },
    topics: [{ id: 'snapshots', title: 'Snapshots', blocks: [facts(...lines)] }],
    warnings: [],
    notes: [
      ...prepared.notes,
      ...(table.notes ?? []),
      ...gapNotes(prepared),
      ...totalsNote(counts),
      SIGMA,
      `Where no snapshot is held out, ${checkSentence(snapshots, table.calendar)}`
    ]
  }
}

const SIGMA =
  'The size σ of the noise: snapshots tell it of a reference with a drift only; brownian and smooth take what the particles resolve, from their distances to the nearest one, unless --sigma says otherwise.'

interface Asked {
  readonly table: SnapshotTable
  readonly wanted: RuledColumns
}

/** Words that stand at every particle of the last snapshot, two of them at least, and at earlier ones only if they do. */
function fateColumns(raw: RawTable, { table, wanted }: Asked): string[] {
  const { time, weights, growth, by, velocity = [] } = wanted
  const roles = new Set([time, weights, growth, by, ...velocity, ...table.columnNames])
  return raw.columns.flatMap(({ name, source }) => {
    if (source !== 'text' || roles.has(name)) return []
    const { times, marks } = snapshotsOf(raw, { time: wanted.time, columns: table.columnNames, fates: name })
    const order = times.map((_, k) => k).sort((a, b) => times[a]! - times[b]!)
    try {
      const names = fateNames(order.map((k) => ({ labels: marks![k]!.labels!, time: String(times[k]) })))
      return names.length > 1 && names.length < marks![order.at(-1)!]!.labels!.length ? [name] : []
    } catch {
      return []
    }
  })
}
