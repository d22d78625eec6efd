import { countText } from '@sbridge/core/internal'
import { visibleNames } from '../../state/looks.js'
import type { RowsState } from '../../state/rows.js'
import { Columns, Table } from '../columns.js'
import { KindSelect } from '../data.js'
import { SelectField } from '../fields.js'

interface ChooseProps {
  readonly of: Pick<RowsState, 'look' | 'columns'> & { readonly session: Omit<RowsState['session'], 'send'> }
  /** What a box does with its column. */
  readonly verb?: string
  /** What is said of the number of rows and of columns that take part. */
  readonly words: (rows: string, used: number, columns: number) => string
}

/** Which columns take part, and which one colours the picture. */
export function Choose({ of: { session, look, columns }, verb, words }: ChooseProps) {
  const { facts, settings, running, change } = session
  const { rowCount, columns: all } = facts.value!
  const usable = visibleNames(facts.value)
  const used = usable.filter((name) => !settings.value.exclude.includes(name))
  // One without a value says nothing, and is not filled.
  const telling = used.filter((name) => all.some((column) => column.name === name && column.missing < rowCount))
  return (
    <Table session={session} words={words(countText(rowCount), telling.length, all.length)}>
      <SelectField label="Colour" value={look.value.colour} options={columns.value} set={(colour) => change({ colour })} />
      <Columns
        {...(verb ? { verb } : {})}
        columns={all.map((column) => {
          const { name, kind, summary, missing } = column
          return {
            name,
            summary: kind === 'identifier' ? 'takes no part' : missing > 0 ? `${summary}, ${countText(missing)} missing` : summary,
            beside: <KindSelect column={column} types={settings.value.types} set={(types) => change({ types })} disabled={running.value} />
          }
        })}
        usable={usable}
        used={used}
        disabled={running.value}
        leaveOut={(exclude) => change({ exclude })}
      />
    </Table>
  )
}
