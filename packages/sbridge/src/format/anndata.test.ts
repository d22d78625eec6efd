import type { RawTable } from '@sbridge/core/tables'
import { Dataset, File, type Group, ready } from 'h5wasm'
import { beforeAll, describe, expect, test } from 'vitest'
import { fixture } from '../../test/fixture.js'
import { readAnnData } from './anndata.js'
import { writeAnnData } from './anndata-write.js'

const context = { source: 'cells.h5ad' }
const kind = (group: Group, type: string) => group.create_attribute('encoding-type', type)

/** Three cells with the kinds of observation that AnnData 0.12 writes, and X dense, by rows and by columns. */
async function cells(): Promise<Uint8Array> {
  const { FS } = await ready
  const file = new File('made.h5ad', 'w')
  frame(file.create_group('obs'), ['day', 'batch', 'count', 'good'])
  const obs = file.get('obs') as Group
  obs.create_dataset({ name: '_index', data: ['c1', 'c2', 'c3'] })
  obs.create_dataset({ name: 'day', data: Float64Array.of(0, 1.5, Number.NaN) })
  const batch = obs.create_group('batch')
  kind(batch, 'categorical')
  batch.create_dataset({ name: 'codes', data: Int8Array.of(1, -1, 0) })
  batch.create_dataset({ name: 'categories', data: ['left', 'right'] })
  const count = obs.create_group('count')
  kind(count, 'nullable-integer')
  count.create_dataset({ name: 'values', data: BigInt64Array.of(4n, 5n, 6n) })
  count.create_dataset({ name: 'mask', data: Uint8Array.of(0, 1, 0) })
  obs.create_dataset({ name: 'good', data: ['yes', 'no', 'yes'] })
  frame(file.create_group('var'), [])
  ;(file.get('var') as Group).create_dataset({ name: '_index', data: ['geneA', 'geneB'] })
  file.create_dataset({ name: 'X', data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] })
  const layers = file.create_group('layers')
  sparse(layers.create_group('rows'), 'csr_matrix', { data: [7, 8, 9], indices: [0, 1, 0], starts: [0, 2, 2, 3] })
  sparse(layers.create_group('columns'), 'csc_matrix', { data: [7, 9, 8], indices: [0, 2, 0], starts: [0, 2, 3] })
  const obsm = file.create_group('obsm')
  obsm.create_dataset({ name: 'X_pca', data: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), shape: [3, 2] })
  file.close()
  const bytes = FS.readFile('made.h5ad') as Uint8Array
  FS.unlink('made.h5ad')
  return bytes
}

function frame(group: Group, order: string[]): void {
  kind(group, 'dataframe')
  group.create_attribute('_index', '_index')
  if (order.length > 0) group.create_attribute('column-order', order)
}

function sparse(group: Group, type: string, parts: { data: number[]; indices: number[]; starts: number[] }): void {
  kind(group, type)
  group.create_attribute('shape', BigInt64Array.of(3n, 2n))
  group.create_dataset({ name: 'data', data: Float32Array.from(parts.data) })
  group.create_dataset({ name: 'indices', data: Int32Array.from(parts.indices) })
  group.create_dataset({ name: 'indptr', data: BigInt64Array.from(parts.starts, BigInt) })
}

let bytes: Uint8Array
beforeAll(async () => {
  bytes = await cells()
})

describe('reads', () => {
  test('every kind of observation and the dense X by default', async () => {
    expect(await readAnnData(bytes, context)).toEqual({
      rowCount: 3,
      columns: [
        { name: 'day', source: 'number', values: Float64Array.of(0, 1.5, 0), missing: Uint8Array.of(0, 0, 1) },
        { name: 'batch', source: 'text', values: ['right', null, 'left'] },
        { name: 'count', source: 'number', values: Float64Array.of(4, 0, 6), missing: Uint8Array.of(0, 1, 0), integer: true },
        { name: 'good', source: 'text', values: ['yes', 'no', 'yes'] },
        { name: 'geneA', source: 'number', values: Float64Array.of(1, 3, 5) },
        { name: 'geneB', source: 'number', values: Float64Array.of(2, 4, 6) }
      ]
    })
  })

  test.each(['layers/rows', 'layers/columns'])('sparse %s', async (representation) => {
    const { columns } = await readAnnData(bytes, { ...context, representation, columns: [] })
    expect(columns).toEqual([
      { name: 'geneA', source: 'number', values: Float64Array.of(7, 0, 9) },
      { name: 'geneB', source: 'number', values: Float64Array.of(8, 0, 0) }
    ])
  })

  test.each(['X_pca', 'obsm/X_pca'])('%s with the columns asked for, in their order', async (representation) => {
    const { columns } = await readAnnData(bytes, { ...context, representation, columns: ['good', 'day'] })
    expect(columns.map((column) => column.name)).toEqual(['good', 'day', 'X_pca_1', 'X_pca_2'])
    expect(columns[3]!.values).toEqual(Float64Array.of(0.2, 0.4, 0.6))
  })
})

describe('writes', () => {
  const table: RawTable = {
    rowCount: 3,
    columns: [
      { name: 'particle', source: 'number', values: Float64Array.of(1, 1, 2), integer: true },
      { name: 'x', source: 'number', values: Float64Array.of(0.1, 0.2, 0.3) },
      { name: 'when', source: 'datetime', values: Float64Array.of(0, 864e5, 0) },
      { name: 'y', source: 'number', values: Float64Array.of(-1, -2, -3) },
      { name: 'growth', source: 'number', values: Float64Array.of(0.5, 0, -0.5), missing: Uint8Array.of(0, 1, 0) },
      { name: 'kind', source: 'text', values: ['a', null, 'b'] }
    ]
  }

  test('coordinates as X with their names, all else as obs: read again here, and by the library', async () => {
    const written = await writeAnnData(table, ['x', 'y'])
    const again = await readAnnData(written, context)
    expect(again.columns).toEqual([
      { name: 'particle', source: 'number', values: Float64Array.of(1, 1, 2), integer: true },
      { name: 'when', source: 'text', values: ['1970-01-01T00:00:00.000Z', '1970-01-02T00:00:00.000Z', '1970-01-01T00:00:00.000Z'] },
      { name: 'growth', source: 'number', values: Float64Array.of(0.5, 0, -0.5), missing: Uint8Array.of(0, 1, 0) },
      { name: 'kind', source: 'text', values: ['a', null, 'b'] },
      { name: 'x', source: 'number', values: Float64Array.of(0.1, 0.2, 0.3) },
      { name: 'y', source: 'number', values: Float64Array.of(-1, -2, -3) }
    ])
    const { FS } = await ready
    FS.writeFile('again.h5ad', written)
    const file = new File('again.h5ad', 'r')
    expect((file.get('X') as Dataset).to_array()).toEqual([
      [0.1, -1],
      [0.2, -2],
      [0.3, -3]
    ])
    expect((file.get('var/_index') as Dataset).value).toEqual(['x', 'y'])
    expect((file.get('obs') as Group).attrs['column-order']!.value).toEqual(['particle', 'when', 'growth', 'kind'])
    expect(file.attrs['encoding-type']!.value).toBe('anndata')
    file.close()
    FS.unlink('again.h5ad')
  })
})

describe('refuses', () => {
  test('representations and columns that are not there, naming those that are', async () => {
    await expect(readAnnData(bytes, { ...context, representation: 'X_umap' })).rejects.toThrow(
      /one of X, obsm\/X_pca, layers\/columns, layers\/rows/
    )
    await expect(readAnnData(bytes, { ...context, columns: ['time'] })).rejects.toThrow(/one of day, batch, count, good/)
  })

  test('a number of variables that the names do not match', async () => {
    const { FS } = await ready
    FS.writeFile('short.h5ad', bytes)
    const file = new File('short.h5ad', 'a')
    const layers = file.get('layers') as Group
    layers.create_dataset({ name: 'narrow', data: Float64Array.of(1, 2, 3), shape: [3, 1] })
    file.close()
    const options = { ...context, representation: 'layers/narrow' }
    await expect(readAnnData(FS.readFile('short.h5ad') as Uint8Array, options)).rejects.toThrow(/2 names for 1 variables/)
  })

  test('data that HDF5 fails to read, rather than whatever memory holds', async () => {
    const { FS } = await ready
    const file = new File('deflated.h5ad', 'w')
    frame(file.create_group('obs'), [])
    const noise = Float64Array.from({ length: 4000 }, (_, i) => (i * 7919) % 4001)
    file.create_group('obsm').create_dataset({ name: 'a', data: noise, shape: [2000, 2], chunks: [2000, 2], compression: 9 })
    file.close()
    const whole = FS.readFile('deflated.h5ad') as Uint8Array
    const options = { ...context, representation: 'a' }
    expect((await readAnnData(whole, options)).columns[1]!.values.slice(0, 2)).toEqual(Float64Array.of(7919 % 4001, (3 * 7919) % 4001))
    const damaged = whole.slice().fill(0xaa, whole.length - 2000, whole.length - 1000)
    await expect(readAnnData(damaged, options)).rejects.toMatchObject({ name: 'FormatError', code: 'anndata-unreadable' })
  })

  test('an array that states gigabytes, none of which are there', async () => {
    const { FS } = await ready
    const file = new File('vast.h5ad', 'w')
    frame(file.create_group('obs'), [])
    file.create_group('obsm').create_dataset({ name: 'a', data: Float64Array.of(1), shape: [1, 1], maxshape: [null, 1], chunks: [1, 1] })
    ;(file.get('obsm/a') as Dataset).resize([2 ** 24, 1])
    file.close()
    const options = { ...context, representation: 'a' }
    await expect(readAnnData(FS.readFile('vast.h5ad') as Uint8Array, options)).rejects.toMatchObject({
      name: 'FormatError',
      code: 'content-too-large'
    })
  })

  // The library steps from object to object of a heap for ever, where one has no size.
  test.each(['X', 'layers/rows'])('%s of a file with an object of no size', async (representation) => {
    await expect(readAnnData(fixture('damaged/h316.h5ad'), { ...context, representation, columns: ['day'] })).rejects.toThrow(
      /a heap whose objects do not fill it/
    )
  })

  test('what is not HDF5, is cut, or is HDF5 of another kind', async () => {
    const { FS } = await ready
    const other = new File('other.h5', 'w')
    expect(other.create_dataset({ name: 'a', data: [1, 2] })).toBeInstanceOf(Dataset)
    other.close()
    for (const wrong of [new Uint8Array(2000), bytes.slice(0, bytes.length / 2), FS.readFile('other.h5') as Uint8Array]) {
      await expect(readAnnData(wrong, context)).rejects.toMatchObject({ name: 'FormatError', code: 'anndata-unreadable' })
    }
  })
})
