import type { RowFormat } from '../work/messages.js'
import { Copyable } from './copyable.js'

const LABELS: Readonly<Partial<Record<RowFormat, string>>> = { csv: 'CSV', parquet: 'Parquet', json: 'JSON', arrow: 'Arrow' }

export interface RowButtonsParts {
  readonly formats?: readonly RowFormat[]
  readonly save: (format: RowFormat) => void
  readonly disabled: boolean
}

/** A button for every format that rows are saved in. */
export function RowButtons({ formats = ['csv', 'parquet'], save, disabled }: RowButtonsParts) {
  return (
    <p class="buttons">
      {formats.map((format) => (
        <button key={format} type="button" onClick={() => save(format)} disabled={disabled}>
          {LABELS[format]}
        </button>
      ))}
    </p>
  )
}

export interface ElsewhereParts {
  readonly command: string
  readonly code: string
  /** What is on the screen, where the settings have moved on. */
  readonly outdated: string | false
  /** What the same bytes rest on. */
  readonly seed?: string
}

/** How to get what is on the screen elsewhere: a command line, and lines of code. */
export function Elsewhere({ command, code, outdated, seed }: ElsewhereParts) {
  return (
    <>
      <h3>The same elsewhere</h3>
      <p class="soft">
        {outdated && `For the ${outdated} on the screen, not yet for the settings above. `}These give the same bytes{seed && `: ${seed}`}.
      </p>
      <Copyable label="Command line" text={command} />
      <Copyable label="Library" text={code} />
    </>
  )
}
