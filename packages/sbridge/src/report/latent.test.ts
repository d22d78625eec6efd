import type { Telling } from '@sbridge/core'
import { linesOf, tellTable } from '@sbridge/core'
import type { LatentTableModel } from '@sbridge/core/internal'
import { type CodecSummary, checkImageTable, type FitSummary, pixelsOf, tellKnown } from '@sbridge/core/internal'
import { keyFromSeed, type Matrix, matrix, normals } from '@sbridge/core/kernels'
import type { Table } from '@sbridge/core/tables'
import { parseHTML } from 'linkedom'
import { describe, expect, test } from 'vitest'
import { joinSections, type Section } from './blocks.js'
import { imageSheet } from './image-sheet.js'
import { imageSection } from './images.js'
import { topicSection } from './topics.js'

const rendered = (sections: readonly Section[]) => parseHTML(`<html><body>${joinSections(sections).text}</body></html>`).document
const sectionsOf = ({ topics }: Telling) => topics.map(topicSection)
/** A latent model as far as it is told of. */
const coded = (about: CodecSummary, { real, drawn, ratio }: { real: Matrix; drawn: Matrix; ratio?: number }) => {
  const scaling: FitSummary['scaling'] = { methods: {} }
  const bandwidth = ratio === undefined ? undefined : { ratio, target: 0.95, criterion: 'target-met', curve: [] }
  const summary = { codec: about, epsilon: 0.5, scaling, scalingError: 0, scalingTurns: 1, notes: [], bandwidth }
  const inner = { training: { rows: { coordinates: real } } }
  return sectionsOf(tellTable({ codec: {}, summary, inner } as unknown as LatentTableModel, { latents: drawn }))
}
const points = (seed: number, rows: number, cols = 3) => matrix(rows, cols, normals(keyFromSeed(seed), rows * cols))

const codec: CodecSummary = {
  kind: 'pca',
  dimension: 3,
  dataDimension: 40,
  commonScale: true,
  reconstruction: { trainingError: 0.3, heldOutError: 0.4 },
  spectrum: { kind: 'variance', values: [5, 3, 1], total: 10 }
}

describe('the latent section', () => {
  test('tells the error of the codec from that of sampling, and the share of the variance', () => {
    const document = rendered(coded(codec, { real: points(1, 50), drawn: points(2, 40), ratio: 0.93 }))
    const text = document.querySelector('#latent')!.textContent!
    // 1 − 0.4² of the variance.
    expect(text).toContain('84')
    expect(text).toContain('rows that it has not seen')
    expect(text).toContain('90 %')
    const facts = Object.fromEntries(
      Array.from(document.querySelectorAll('.facts div'), (entry) => [
        entry.querySelector('dt')!.textContent,
        entry.querySelector('dd')!.textContent
      ])
    )
    expect(facts['Error of the codec, held-out rows']).toBe('0.400')
    expect(facts['Error of sampling: nearest-neighbour ratio of decoded draws']).toBe('0.930')
    expect(document.querySelectorAll('svg').length).toBe(2)
  })

  test('eigenvalues, the training of a network, and what was not measured', () => {
    const history = {
      epochs: [1, 2, 3].map((epoch) => ({ epoch, trainingError: 1 / epoch, validationError: 1.2 / epoch })),
      bestEpoch: 2,
      ending: 'early-stopping' as const
    }
    const other: CodecSummary = {
      ...codec,
      commonScale: false,
      reconstruction: { trainingError: 0.3 },
      spectrum: { kind: 'eigenvalue', values: [0.9, 0.5, 0.4, 0.1] },
      history
    }
    const document = rendered(coded(other, { real: points(1, 50, 1), drawn: points(2, 40, 1) }))
    const text = document.querySelector('#latent')!.textContent!
    expect(text).toContain('not measured')
    expect(text).toContain('Eigenvalues of the diffusion operator')
    expect(text).toContain('epoch 2')
    expect(document.querySelectorAll('svg').length).toBe(3)
  })

  test('rows that come in an order are drawn from all over the table', () => {
    // Every third row is far away: an even stride over 4,500 rows would meet only these.
    const ordered = matrix(4500, 2)
    for (let i = 0; i < 4500; i++) ordered.data[2 * i] = i % 3 === 0 ? 100 : 0
    const document = rendered(coded(codec, { real: ordered, drawn: points(2, 40, 2) }))
    const places = (document.querySelectorAll('svg')[1]!.querySelector('path[stroke-linecap]')!.getAttribute('d') ?? '').split('M').slice(1)
    const left = places.filter((place) => Number(place.split(',')[0]) < 200).length
    expect(places.length).toBe(1500)
    expect(left).toBeGreaterThan(900)
    expect(left).toBeLessThan(1100)
  })
})

describe('images', () => {
  const table: Table = {
    rowCount: 3,
    columns: [
      { name: 'label', kind: 'category', levels: ['a'], codes: new Int32Array(3) },
      ...Array.from({ length: 6 }, (_, p) => ({ name: `p${p}`, kind: 'integer' as const, values: Float64Array.of(p, 10 * p, 255) }))
    ]
  }

  test('pixels row by row; another size, and gaps, are refused', () => {
    expect(Array.from(pixelsOf(table, { width: 3, height: 2 }).data.subarray(6, 12))).toEqual([0, 10, 20, 30, 40, 50])
    expect(() => checkImageTable(table, { width: 4, height: 2 })).toThrowError(expect.objectContaining({ code: 'image-size' }))
    const [label, first, ...rest] = table.columns
    const gaps: Table = { ...table, columns: [label!, { ...(first as object), missing: Uint8Array.of(0, 1, 0) } as never, ...rest] }
    expect(() => pixelsOf(gaps, { width: 3, height: 2 })).toThrowError(expect.objectContaining({ code: 'image-missing' }))
  })

  test('draws stand alone; where values may be shown, their nearest training images stand in the same places of the same grey scale', () => {
    const shape = { width: 3, height: 2 }
    const drawn = pixelsOf(table, shape)
    const alone = rendered([imageSection({ shape, drawn, nearest: drawn })])
    expect(alone.querySelectorAll('img').length).toBe(1)
    expect(alone.querySelector('figcaption')!.textContent).toContain('With --show-values')
    const document = rendered([imageSection({ shape, drawn, nearest: drawn, showValues: true })])
    const [left, right] = Array.from(document.querySelectorAll('img'), (image) => image.getAttribute('src'))
    expect(left).toBe(right)
    const bytes = Buffer.from(left!.replace(/^.*,/, ''), 'base64')
    expect(Array.from(bytes.subarray(0, 4))).toEqual([137, 80, 78, 71])
    expect(bytes).toEqual(Buffer.from(imageSheet(drawn, { ...shape, across: 10, range: [0, 255] })))
    expect(document.querySelector('figcaption')!.textContent).toContain('All drawn images')
  })
})

test('conditions that went through the decoder, with what was met and the warnings', () => {
  const condition = {
    condition: 'p0=3',
    steps: 40,
    candidates: 120,
    effectiveRows: 2.1,
    acceptance: 0.4,
    missed: 0.02,
    warnings: [{ name: 'few', message: 'few rows agree' }]
  }
  const [telling] = tellKnown({ conditions: [condition, { ...condition, condition: 'x'.repeat(300), warnings: [] }] })
  const text = rendered(sectionsOf(telling!)).querySelector('#known')!.textContent!
  for (const part of ['p0=3', '120', '2.10', 'few rows agree', `${'x'.repeat(200)}…`]) expect(text).toContain(part)
  const lines = linesOf(telling!)
  for (const line of ['effective rows: 2.10 (least of 2 conditions)', 'warning few: few rows agree']) expect(lines).toContain(line)
  expect(tellKnown({})).toEqual([])
})
