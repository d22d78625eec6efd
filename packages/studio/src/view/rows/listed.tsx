import { countText, numberText } from '@sbridge/core/internal'
import type { RowsState } from '../../state/rows.js'
import type { ListedRows } from '../../work/rows-messages.js'
import { Link } from '../fields.js'
import { WideTable } from '../wide-table.js'

interface ListedProps extends ListedRows {
  readonly of: Pick<RowsState, 'pointed'> & { readonly session: Pick<RowsState['session'], 'picture'> }
  readonly title: string
  readonly words: string
  /** Columns of numbers that come first. */
  readonly front?: readonly string[]
}

/** Rows by their places in the table; one that is pressed is ringed in the picture. */
export function Listed({ of: { session, pointed }, title, words, front = [], places, rows: { columns }, filled }: ListedProps) {
  const first = front.map((name) => columns.find((column) => column.name === name)!)
  const others = columns.filter((column) => !first.includes(column))
  const ring = (row: number) => {
    const at = session.picture.value?.rows.indexOf(row) ?? -1
    pointed.value = at < 0 ? null : at
  }
  return (
    <div class="listed">
      <h2>{title}</h2>
      <WideTable
        label={title}
        head={['Row', ...front.map((name) => `${name}#`), ...others.map(({ name }) => name)]}
        rows={places.map((row, k) => [
          <Link key="row" onClick={() => ring(row)} aria-label={`Show row ${row + 1} in the picture`}>
            {countText(row + 1)}
          </Link>,
          ...first.map(({ values }) => (values[k] === null || values[k] === '' ? '' : numberText(Number(values[k])))),
          ...others.map(({ name, values }) => {
            const text = values[k] ?? <span class="soft">missing</span>
            return filled[k]?.includes(name) ? <em class="synthetic-ink">{text}</em> : text
          })
        ])}
      />
      <p class="soft">{words}</p>
    </div>
  )
}
