// The tables of `bench/tables.mjs` and `bench/tables-given.mjs`, and their halves.
import { fileURLToPath } from 'node:url'
import { keyFor, permutation } from '../../packages/core/dist/num/random.js'
import { inferTable } from '../../packages/core/dist/table/infer.js'
import { takeRawRows } from '../../packages/core/dist/table/raw.js'
import { takeTableRows } from '../../packages/core/dist/table/rows.js'
import { keyFromSeed, readTable } from '../../packages/sbridge/dist/index.js'
import { dataFrame } from './r-data.mjs'

/** Name → where it comes from, the target of "train on synthetic", columns that only count rows. */
export const TABLES = {
  quine: { frame: 'MASS::quine', target: 'Days' },
  airquality: { frame: 'datasets::airquality', target: 'Ozone' },
  crabs: { frame: 'MASS::crabs', target: 'sp', without: ['index'] },
  survey: { frame: 'MASS::survey', target: 'Height' },
  womenlf: { frame: 'carData::Womenlf', target: 'partic' },
  wong: { frame: 'carData::Wong', target: 'piq', without: ['id'] },
  penguins: { vega: 'penguins.json', target: 'Species' },
  retinopathy: { frame: 'survival::retinopathy', target: 'status', without: ['id'] },
  cars: { vega: 'cars.json', target: 'Miles_per_Gallon', without: ['Name'] },
  cps1985: { frame: 'AER::CPS1985', target: 'wage' },
  affairs: { frame: 'AER::Affairs', target: 'affairs' },
  mroz: { frame: 'carData::Mroz', target: 'lfp' },
  'survey-politics': { file: 'survey-politics.csv', target: 'vote' },
  creditcard: { frame: 'AER::CreditCard', target: 'card' },
  nlschools: { frame: 'MASS::nlschools', target: 'lang' },
  chile: { frame: 'carData::Chile', target: 'vote' },
  weather: { vega: 'weather.csv', target: 'weather' },
  nwtco: { frame: 'survival::nwtco', target: 'rel', without: ['seqno'] },
  nmes1988: { frame: 'AER::NMES1988', target: 'visits' },
  collegedistance: { frame: 'AER::CollegeDistance', target: 'score' },
  slid: { frame: 'carData::SLID', target: 'wages' },
  'bird-strikes': { vega: 'birdstrikes.csv' },
  flights: { vega: 'flights-20k.json', target: 'delay' }
}

/** Undefined where the package is not under `root`. */
export async function rawTable({ frame, vega, file }, root) {
  if (frame) return dataFrame(root, frame)
  const path = vega ? `../../node_modules/vega-datasets/data/${vega}` : `../data/${file}`
  return readTable(fileURLToPath(new URL(path, import.meta.url)))
}

const withoutIdentifiers = ({ columns, rowCount }) => ({ columns: columns.filter(({ kind }) => kind !== 'identifier'), rowCount })

/** Halves of a table: as raw columns for ours, as columns with kinds for the others. */
export function halvesOf(raw, { without = [], seed, maxRows }) {
  const kept = { ...raw, columns: raw.columns.filter((column) => !without.includes(column.name)) }
  const order = permutation(keyFor(keyFromSeed(seed), 'half'), raw.rowCount).subarray(0, maxRows)
  const half = Math.floor(order.length / 2)
  const { table } = inferTable(kept)
  return {
    raw: takeRawRows(kept, order.subarray(0, half)),
    types: Object.fromEntries(table.columns.map(({ name, kind }) => [name, kind])),
    train: withoutIdentifiers(takeTableRows(table, order.subarray(0, half))),
    heldOut: withoutIdentifiers(takeTableRows(table, order.subarray(half)))
  }
}
