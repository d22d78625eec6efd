import type { ComponentChildren } from 'preact'
import type { Session } from '../state/session.js'
import type { ReportFile, RowFormat, SystemShape } from '../work/protocol.js'
import { Copyable } from './copyable.js'

/** Formats of rows that are saved. */
const LABELS: Readonly<Partial<Record<RowFormat, string>>> = { csv: 'CSV', parquet: 'Parquet', json: 'JSON', arrow: 'Arrow', xlsx: 'Excel' }

interface TakeAwayProps {
  readonly session: Pick<Session<never, SystemShape>, 'running' | 'outdated' | 'command' | 'code' | 'save' | 'source'>
  /** What the rows are, with their number, and what they are where the settings have moved on. */
  readonly rows: string
  readonly kind: string
  /** What else there is: the model, and what has buttons of its own. */
  readonly more: string
  readonly buttons?: ComponentChildren
  /** What its report is, and what was made, as a sentence begins; none where a report has a button of its own. */
  readonly report?: Pick<ReportFile, 'kicker' | 'made'>
  /** What it is about, where that is not the table. */
  readonly file?: string
  /** What the same bytes rest on. */
  readonly seed?: string
  /** What stands before the commands, and what other commands there are. */
  readonly children?: ComponentChildren
  readonly commands?: ComponentChildren
}

/** What was made to take along, and how to get the very same elsewhere: a command line, and lines of code. */
export function TakeAway({ session, rows, kind, more, buttons, report, file, seed, children, commands }: TakeAwayProps) {
  const writeReport = () =>
    session.save({ kind: 'report', title: file ?? session.source.value!.name, ...report!, command: session.command.value })
  return (
    <section class="take-away" aria-labelledby="take-heading">
      <h2 id="take-heading">Take them along</h2>
      <div class="downloads">
        <div>
          <h3>{rows}</h3>
          <p class="buttons">
            {Object.entries(LABELS).map(([format, label]) => (
              <button key={format} type="button" onClick={() => session.save(format as RowFormat)} disabled={session.running.value}>
                {label}
              </button>
            ))}
          </p>
        </div>
        <div>
          <h3>{more}</h3>
          <p class="buttons">
            <button type="button" onClick={() => session.save('model')} disabled={session.running.value}>
              Model file
            </button>
            {report && (
              <button type="button" onClick={writeReport} disabled={session.running.value}>
                Report
              </button>
            )}
            {buttons}
          </p>
        </div>
      </div>
      {children}
      <h3>The same elsewhere</h3>
      <p class="soft">
        {session.outdated.value && `For the ${kind} on the screen, not yet for the settings above. `}These give the same bytes
        {seed && `: ${seed}`}.
      </p>
      <Copyable label="Command line" text={session.command.value} />
      {commands}
      <Copyable label="Library" text={session.code.value} />
    </section>
  )
}
