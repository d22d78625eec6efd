import type { ComponentChildren } from 'preact'
import type { Session } from '../state/session.js'
import type { RowFormat, SystemShape } from '../work/protocol.js'
import { Copyable } from './copyable.js'

const LABELS: Readonly<Partial<Record<RowFormat, string>>> = { csv: 'CSV', parquet: 'Parquet', json: 'JSON', arrow: 'Arrow' }

interface TakeAwayProps {
  readonly session: Pick<Session<never, SystemShape>, 'running' | 'outdated' | 'command' | 'code' | 'save'>
  /** What the rows are, with their number, and what they are where the settings have moved on. */
  readonly rows: string
  readonly kind: string
  readonly formats?: readonly RowFormat[]
  /** What else there is: the model, and what has buttons of its own. */
  readonly more: string
  readonly buttons?: ComponentChildren
  /** What the same bytes rest on. */
  readonly seed?: string
  readonly children?: ComponentChildren
}

/** What was made to take along, and how to get the very same elsewhere: a command line, and lines of code. */
export function TakeAway({ session, rows, kind, formats = ['csv', 'parquet'], more, buttons, seed, children }: TakeAwayProps) {
  return (
    <section class="take-away" aria-labelledby="take-heading">
      <h2 id="take-heading">Take them along</h2>
      <div class="downloads">
        <div>
          <h3>{rows}</h3>
          <p class="buttons">
            {formats.map((format) => (
              <button key={format} type="button" onClick={() => session.save(format)} disabled={session.running.value}>
                {LABELS[format]}
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
      <Copyable label="Library" text={session.code.value} />
    </section>
  )
}
