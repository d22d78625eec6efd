import { afterAll, expect, it } from 'vitest'
import { STEPS_ON_ALL } from '../../draw/landmarked.js'
import { createWasmEngine } from '../../engine/wasm/engine.js'
import type { Engine } from '../../kernel/engine.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { mean } from '../../num/statistics.js'
import type { RawTable } from '../../table/raw.js'
import { isCategorical, isNumeric } from '../../table/table.js'
import { linesOf } from '../../tell/telling.js'
import { fitTable, sampleTable } from '../table/whole.js'
import { landmarkCount } from './landmark-count.js'
import type { GlobalModel } from './model.js'
import { loadGlobal, saveGlobal } from './save.js'
import { tellGlobal } from './tell.js'

const ROWS = 900
const NAMES = ['ash', 'oak', 'fir', 'elm', 'yew', 'bay', 'box', 'may', 'nut', 'fig']
const engine = await createWasmEngine({ precision: 'float64', relaxed: false, threads: 1 })
afterAll(() => engine.close())

/** Two numbers that depend on each other, and three categories, of too many combinations to be drawn whole. */
function mixed(): RawTable {
  const z = normals(keyFromSeed(3), 2 * ROWS)
  const number = (name: string, values: Float64Array) => ({ name, source: 'number' as const, values })
  const tree = (name: string) => ({
    name,
    source: 'text' as const,
    values: Array.from(uniforms(keyFor(keyFromSeed(3), name), ROWS), (u) => NAMES[Math.floor(u * NAMES.length)]!)
  })
  const x = z.subarray(0, ROWS).slice()
  const y = x.map((a, i) => a * a + 0.3 * z[ROWS + i]!)
  const columns = [number('x', x), number('y', y), tree('p'), tree('q'), tree('r')]
  return { columns, rowCount: ROWS }
}

const job = { scaling: 'standard', bandwidth: 0.2, seed: 1 } as const
const drawn = async (model: GlobalModel): Promise<number[]> => {
  const { columns } = await sampleTable(model, { rows: 40, seed: 2 }, { engine })
  return columns.flatMap((column) => (isNumeric(column) ? [...column.values] : isCategorical(column) ? [...column.codes] : []))
}

it('a model of landmarks says how many and the residual, and its file draws the same rows', { tags: ['slow'] }, async () => {
  const model = await fitTable(mixed(), { ...job, landmarks: 300 }, { engine })
  expect(model.summary).toMatchObject({ landmarks: 300, scalingEnding: 'converged', categories: 'sweep' })
  expect(model.summary.scalingError).toBeGreaterThan(0)
  const line = linesOf(tellGlobal(model.summary)).find((text) => text.startsWith('symmetric scaling'))
  expect(line).toMatch(/^symmetric scaling: on 300 landmarks(, then \d turns? on all rows)? \(residual 0\.\d+\)$/)
  const copy = loadGlobal(unpackModel(packModel(saveGlobal(model))))
  expect(copy.summary).toEqual(model.summary)
  expect(await drawn(copy)).toEqual(await drawn(model))
})

it('all rows as landmarks are all rows', async () => {
  const some = await fitTable(mixed(), { ...job, landmarks: ROWS }, { engine })
  const all = await fitTable(mixed(), { ...job, landmarks: 'all' }, { engine })
  expect(some).toEqual(all)
  expect(all).toEqual(await fitTable(mixed(), job, { engine }))
  expect(all.summary.landmarks).toBeUndefined()
})

it('auto takes all up to 10,000 rows, then 32 times their root; more than there are rows are refused', async () => {
  expect(landmarkCount('auto', 10_000)).toBeUndefined()
  expect(landmarkCount(undefined, 1_000_000)).toBe(32_000)
  await expect(fitTable(mixed(), { ...job, landmarks: ROWS + 1 }, { engine })).rejects.toMatchObject({
    code: 'landmarks',
    got: '901 landmarks for 900 rows'
  })
})

it('what landmarks leave that no turn made up for is a warning with a name', async () => {
  const { summary } = await fitTable(mixed(), { ...job, landmarks: 300 }, { engine })
  expect(tellGlobal(summary).warnings).toEqual([])
  const left = tellGlobal({ ...summary, scalingEnding: 'turns-used', scalingError: 0.4 })
  expect(left.warnings).toMatchObject([{ name: 'landmarks-few' }])
  expect(left.warnings[0]!.message).toContain('a residual of 0.4, above 0.25')
})

it('all but the last steps are taken on landmarks, and means are still those of the data', async () => {
  const sizes: number[] = []
  const spy: Engine = new Proxy(engine, {
    get(own, name: keyof Engine) {
      if (name === 'rough') return async () => spy
      if (name !== 'draw') return typeof own[name] === 'function' ? own[name].bind(own) : own[name]
      const draw: Engine['draw'] = (pair, ...rest) => {
        sizes.push(pair.to.points.rows)
        return own.draw(pair, ...rest)
      }
      return draw
    }
  })
  const raw = mixed()
  const model = await fitTable(raw, { ...job, landmarks: 300 }, { engine })
  const { columns } = await sampleTable(model, { rows: 400, steps: STEPS_ON_ALL + 2, seed: 3 }, { engine: spy })
  expect(sizes).toEqual([300, 300, ...new Array(STEPS_ON_ALL).fill(ROWS)])
  for (const c of [0, 1]) {
    const [before, after] = [raw.columns[c]!.values as Float64Array, (columns[c] as { values: Float64Array }).values]
    const average = mean(before)
    const error = Math.sqrt(mean(before.map((x) => (x - average) ** 2)) / 400)
    expect(Math.abs(mean(after) - average)).toBeLessThan(2 * error)
  }
})

it('classes of rows have landmarks of their own, a rare one all of its rows', async () => {
  const raw = mixed()
  const z = raw.columns[0]!.values as Float64Array
  const rare = 12
  const kinds = Array.from({ length: ROWS }, (_, i) => (i < rare ? 'yew' : NAMES[i % 2]!))
  const x = z.map((value, i) => value + (i < rare ? 20 : 0))
  const columns = [
    { name: 'x', source: 'number' as const, values: x },
    raw.columns[1]!,
    { name: 'k', source: 'text' as const, values: kinds }
  ]
  const model = await fitTable({ columns, rowCount: ROWS }, { ...job, landmarks: 300 }, { engine })
  expect(model.summary.categories).toBe('combinations')
  const sizes: number[] = []
  const spy: Engine = new Proxy(engine, {
    get(own, name: keyof Engine) {
      if (name === 'rough') return async () => spy
      if (name !== 'pick') return typeof own[name] === 'function' ? own[name].bind(own) : own[name]
      const pick: Engine['pick'] = (pair, ...rest) => {
        sizes.push(pair.to.points.rows)
        return own.pick(pair, ...rest)
      }
      return pick
    }
  })
  const rows = 2000
  const drawn = await sampleTable(model, { rows, steps: STEPS_ON_ALL + 1, seed: 3 }, { engine: spy })
  // A third of both large classes, as of the whole.
  expect(sizes).toEqual([rare + 296, rare + 296, ...new Array(2 * STEPS_ON_ALL).fill(ROWS)])
  const [at, , kind] = drawn.columns as unknown as [{ values: Float64Array }, unknown, { codes: Int32Array; levels: string[] }]
  const isRare = (i: number) => kind.levels[kind.codes[i]!] === 'yew'
  const found = Array.from(at.values, (_, i) => i).filter(isRare)
  // Starts are spread evenly: of the share of the class three standard errors and no more.
  const expected = (rows * rare) / ROWS
  expect(Math.abs(found.length - expected)).toBeLessThan(3 * Math.sqrt(expected))
  expect([...at.values].every((value, i) => value > 10 === isRare(i))).toBe(true)
  expect(drawn.rowCount).toBe(rows)
})

it('says on how many rows the bandwidth was chosen, where these are not all', async () => {
  const { summary } = await fitTable(mixed(), { ...job, landmarks: 300 }, { engine })
  const found = { curve: [], epsilon: 0.2, ratio: 0.95, target: 0.95, standardError: 0.01, criterion: 'target-met' as const }
  const line = (rowCount: number) =>
    linesOf(tellGlobal({ ...summary, bandwidth: { ...found, rowCount } })).find((text) => text.startsWith('bandwidth'))
  expect(line(500)).toContain('chosen on 500 of the rows')
  expect(line(ROWS)).not.toContain('chosen on')
})
