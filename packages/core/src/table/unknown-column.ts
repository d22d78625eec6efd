import { InputError } from '../num/errors.js'
import { listed } from '../num/listed.js'

/** A column that is named and is not there; `which`: what those are that are meant. */
export const unknownColumn = (got: string, columns: readonly { readonly name: string }[], which = 'one of'): InputError =>
  new InputError({
    code: 'column-unknown',
    got,
    expected: `${which} ${listed(columns.map(({ name }) => name))}`,
    try: 'the name as it stands in the header'
  })
