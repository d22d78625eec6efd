import { equalsLost } from '../../code/rules/equal-numbers.js'
import type { NamedWarning } from '../../know/support.js'
import { shareText } from '../../tell/numbers.js'
import type { ComparedNumbers } from './compared-numbers.js'

/** Name of the warning that two columns are the same in fewer drawn rows than in those of the data. */
export const EQUAL_WARNING = 'equal-lost'

/** Pairs of columns that are told: those that most rows lose. */
const TOLD = 6

/** What is said of columns that are the same in many rows of the data, and in fewer drawn ones. Cost: as of `equalsLost`. */
export function equalWarnings(
  { real, equal, drawn, counts }: ComparedNumbers,
  isTold: (column: string) => boolean = () => true
): NamedWarning[] {
  const lost = equalsLost(equal, real, drawn, counts).filter(({ column, of }) => isTold(column) && isTold(of))
  const share = ({ count, rows }: { readonly count: number; readonly rows: number }) => count / rows
  const most = lost.sort((a, b) => share(b.real) - share(b.drawn) - share(a.real) + share(a.drawn)).slice(0, TOLD)
  return most.map((one) => ({
    name: EQUAL_WARNING,
    message: `${one.column} is the same as ${one.of} in ${shareText(share(one.real))} of the rows of the data, but in ${shareText(share(one.drawn))} of the drawn rows: without a rule, numbers come out close but not equal (no rules apply with --rules off, to fields and to series); to keep it, replace one column by the difference of the two, and add it back afterwards`
  }))
}
