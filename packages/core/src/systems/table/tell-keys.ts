import { type KeptKeys, keyTexts } from '../../code/keys/keep.js'
import { counted } from '../../num/listed.js'
import { facts, type Telling } from '../../tell/telling.js'

/** What a model says of the keys of its table. */
export function tellKeys(kept: KeptKeys): Telling {
  const texts = keyTexts(kept)
  const meaning = 'Left out of what is modelled and written anew in this form: no two alike, and none of the data.'
  const notes = kept.keys
    .filter(({ repeated }) => repeated > 0)
    .map(
      ({ column, repeated }) =>
        `${column}: names rather than a key, since ${counted(repeated, 'row')} ${repeated === 1 ? 'has' : 'have'} that of another; new ones differ as long as their form has new values`
    )
  return {
    json: { keys: texts },
    topics: [{ id: 'keys', title: 'Keys', blocks: [facts(...texts.map((value) => ({ name: 'key', value, meaning })))] }],
    warnings: [],
    notes
  }
}
