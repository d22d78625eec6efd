import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'
import { nearSpellings } from './near-spelling.js'

interface Naming {
  readonly got?: string
  readonly which?: string
  readonly word?: (name: string) => string
}

interface NamedColumn {
  readonly name: string
}

/**
 * A column that is named and is not there, with the nearest that is; `got`: in which words it was named; `which`: what those are that are meant; `word`: how expressions
 * spell a name. */
export function unknownColumn(
  name: string,
  columns: readonly NamedColumn[],
  { got = `the column ${name}`, which = 'one of', word }: Naming = {}
): InputError {
  const names = columns.map((column) => column.name)
  const [near] = nearSpellings(name, names)
  const hint = `the name as it stands in the header${word ? ', in backquotes where it is no identifier' : ''}`
  return new InputError({
    code: 'column-unknown',
    got,
    expected: `${which} ${listed(names)}`,
    try: near === undefined ? hint : `${word?.(near) ?? near}, or ${hint}`
  })
}
