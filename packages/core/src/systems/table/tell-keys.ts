import { isToldWhole } from '../../code/keys/form.js'
import { type KeptKeys, keyTexts } from '../../code/keys/keep.js'
import { counted } from '../../num/listed.js'
import { facts, type Telling } from '../../tell/telling.js'
import type { TableModel } from './options.js'

/** The keys of groups and of rows. */
export const allKeysOf = (model: TableModel): KeptKeys[] => [
  ...('groupKey' in model ? [model.groupKey] : []),
  ...(model.keys ? [model.keys] : [])
]

/** What a model says of the keys of its table, and of its groups. */
export function tellKeys(...all: readonly KeptKeys[]): Telling {
  const texts = all.flatMap(keyTexts)
  const meaning = 'Left out of the model; new values of this form are made up, no two alike and none of the data.'
  const notes = all
    .flatMap(({ keys }) => keys)
    .filter(({ repeated, form }) => repeated > 0 && !isToldWhole(form))
    .map(
      ({ column, repeated }) =>
        `${column}: treated as names rather than a key, since ${counted(repeated, 'row')} ${repeated === 1 ? 'repeats' : 'repeat'} a value of another row; new values all differ, as long as the form has free ones`
    )
  return {
    json: { keys: texts },
    topics: [{ id: 'keys', title: 'Keys', blocks: [facts(...texts.map((value) => ({ name: 'key', value, meaning })))] }],
    warnings: [],
    notes
  }
}
