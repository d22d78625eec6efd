import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import { readAnnData } from '../../dist/format/anndata.js'
import { parseTable, serializeTable } from '../../dist/format/table-format.js'

const fixture = (name) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)))

const rows = Array.from({ length: 24 }, (_, i) => i)
const columns = [
  {
    name: 'real',
    source: 'number',
    values: Float64Array.from(rows, (i) => i / 7),
    missing: Uint8Array.from(rows, (i) => (i % 9 === 4 ? 1 : 0))
  },
  { name: 'whole', source: 'number', values: Float64Array.from(rows), integer: true },
  { name: 'flag', source: 'boolean', values: rows.map((i) => (i % 5 === 0 ? null : i % 3 === 0)) },
  { name: 'when', source: 'datetime', values: Float64Array.from(rows, (i) => 86_400_000 * i) },
  { name: 'text', source: 'text', values: rows.map((i) => (i % 11 === 7 ? null : `level "${i % 4}", ä`)) }
]
const table = { rowCount: rows.length, columns }
const numbers = { rowCount: rows.length, columns: columns.slice(0, 2) }
const long = { rowCount: 3000, columns: [{ name: 'long', source: 'number', values: new Float64Array(3000).fill(0.5) }] }

/** Reads a table and looks at every cell. */
async function readAs(format, bytes) {
  check(await parseTable(bytes, format, { source: 'mutant' }))
}

function check({ columns, rowCount }) {
  for (const { name, values } of columns) {
    if (values.length !== rowCount) throw new Error(`${values.length} cells in ${name}, ${rowCount} rows`)
  }
}

const subject = (format, files, tokens) => ({ files, tokens, read: (bytes) => readAs(format, bytes) })
const written = (format, ...tables) => Promise.all(tables.map((one) => serializeTable(one, format)))
const bytesOf = (content) => new TextEncoder().encode(content)
const report = bytesOf('Report\n\na;b;c\n;cm;kg\nx;1,5;2\ny;2,5;3\nTotal;4;5\nas of today\n')
const aligned = bytesOf('  a   b name\n1.5  2 "x y"\n3.5 40 z\n')
const nested = bytesOf('[{"a":{"b":1,"c":[1,2]},"d":"x"},{"a":{"b":2,"c":[3,4]},"d":"y"}]')
const text = ['"', '""', ',', ';', '\t', '|', '\r', '\n', '\r\n', '\ufeff', '1,5', '-', '1e999']
const json = ['{', '}', '[', ']', '"', ':', ',', 'null', 'true', '1e999', '\\u0000', '{"a":{', '[[[[']

/** Formats that tables are read from; see loop.mjs. */
export const subjects = {
  csv: subject(
    'csv',
    async () => [
      ...(await written('csv', table, numbers)),
      fixture('quoted.csv'),
      fixture('semicolon.csv'),
      report,
      aligned,
      new Uint8Array(gzipSync(report))
    ],
    text
  ),
  tsv: subject('tsv', () => written('tsv', table, numbers), text),
  json: subject('json', async () => [...(await written('json', table)), fixture('records.json'), fixture('columns.json'), nested], json),
  jsonl: subject('jsonl', async () => [...(await written('jsonl', table)), fixture('records.jsonl')], json),
  parquet: subject('parquet', async () => [
    ...(await written('parquet', table, long)),
    ...['brotli', 'gzip', 'lz4_raw', 'zstd', 'older-pages'].map((name) => fixture(`${name}.parquet`))
  ]),
  arrow: subject('arrow', async () => [...(await written('arrow', table, numbers)), fixture('lz4.arrow'), fixture('zstd.arrow')]),
  'arrow-stream': subject('arrow', async () => [
    tableToIPC(tableFromArrays({ a: Float64Array.from(rows), b: rows.map((i) => `t${i % 3}`) }), 'stream')
  ]),
  npy: subject('npy', async () => [
    ...(await written('npy', numbers)),
    ...['matrix', 'vector', 'fortran', 'float16', 'float32', 'big-endian'].map((name) => fixture(`${name}.npy`))
  ]),
  npz: subject('npz', async () => [...(await written('npz', table, long)), fixture('arrays.npz'), fixture('compressed.npz')]),
  h5ad: {
    batch: 500,
    files: async () => [fixture('cells.h5ad'), fixture('older-cells.h5ad')],
    read: async (bytes) => {
      for (const representation of ['X', 'layers/rows', 'obsm/X_pca']) check(await readAnnData(bytes, { source: 'mutant', representation }))
    }
  }
}

/** What a reader may say of bytes that are no table of its format. */
export function expected(error) {
  return error?.name === 'FormatError' || error?.name === 'InputError'
}
