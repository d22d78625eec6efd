import { describe, expect, it } from 'vitest'
import { keyFor, keyFromSeed, permutation, uniforms } from '../../num/random.js'
import { inferTable } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import { drawKeys, keepKeys, keyTexts } from './keep.js'
import { leaveKeysOut } from './leave-keys-out.js'
import { type KeyColumn, refersTo } from './reference.js'

const key = keyFromSeed(29)
const ROWS = 300
const u = uniforms(keyFor(key, 'people'), 3 * ROWS)

/** People who report to one of the first dozen, or to one of those who do: up to three deep; the first to `head`. */
function staff({ head = null as string | null, shuffled = false, name = (i: number) => `E-${1000 + 3 * i}` } = {}): [KeyColumn, KeyColumn] {
  const boss = (i: number) =>
    i === 0 ? -1 : i < 12 ? 0 : u[i]! < 0.7 ? 1 + Math.floor(11 * u[ROWS + i]!) : 12 + Math.floor((i - 12) * u[ROWS + i]! ** 2)
  const deep = (i: number): number => (i === 0 ? 0 : 1 + deep(boss(i)))
  const bosses = Array.from({ length: ROWS }, (_, i) => (deep(i) > 3 ? 1 : boss(i)))
  const order = shuffled ? Array.from(permutation(keyFor(key, 'order'), ROWS)) : bosses.map((_, i) => i)
  return [
    { name: 'employee_id', cells: order.map(name) },
    { name: 'manager_id', cells: order.map((i) => (i === 0 ? (head === 'self' ? name(0) : head) : name(bosses[i]!))) }
  ]
}

interface Tree {
  readonly ids: readonly (string | null)[]
  readonly targets: readonly number[]
}

async function drawnTree(columns: [KeyColumn, KeyColumn], count: number, seed = 1): Promise<Tree> {
  const cells = await drawKeys(keepKeys(columns, 5), { count, key: keyFromSeed(seed) })
  const [ids, managers] = columns.map(({ name }) => cells.get(name)!) as [(string | null)[], (string | null)[]]
  const rowOf = new Map(ids.map((id, i) => [id, i]))
  return { ids, targets: managers.map((manager) => (manager === null ? -1 : (rowOf.get(manager) ?? Number.NaN))) }
}

const treeOf = ([{ cells: ids }, { cells }]: [KeyColumn, KeyColumn]): Tree => {
  const rowOf = new Map(ids.map((id, i) => [id, i]))
  return { ids, targets: cells.map((cell) => (cell === null ? -1 : rowOf.get(cell)!)) }
}

/** Steps from each row to a root, written apart from what is tested; a circle throws. */
function depths({ targets }: Tree): number[] {
  return targets.map((_, start) => {
    let [at, steps] = [start, 0]
    while (targets[at]! >= 0 && targets[at] !== at) {
      at = targets[at]!
      if (++steps > targets.length) throw new RangeError('a circle')
    }
    return steps
  })
}

const shareAt = (tree: Tree, depth: number): number => depths(tree).filter((one) => one === depth).length / tree.ids.length

describe('references to a key of the same table', () => {
  it.each([
    ['before them, with an empty cell at the head', staff()],
    ['before them, with the head its own', staff({ head: 'self' })],
    ['anywhere', staff({ shuffled: true })],
    ['by whole numbers', staff({ name: (i) => String(500 + i) })]
  ] as const)('%s lead to a drawn key, without circles, as deep as in the data', async (_, columns) => {
    const real = treeOf([...columns])
    const drawn = await drawnTree([...columns], 2000)
    expect(drawn.targets.filter(Number.isNaN)).toEqual([])
    expect(new Set(drawn.ids).size).toBe(2000)
    // A share of at most ½ in 2,000 rows has a standard error below 0.0112: four of them.
    for (let depth = 0; depth <= 3; depth++) expect(Math.abs(shareAt(drawn, depth) - shareAt(real, depth))).toBeLessThan(0.045)
    expect(Math.max(...depths(drawn))).toBe(Math.max(...depths(real)))
  })

  it('point before their row where those of the data do, and are then the same whatever follows', async () => {
    const { targets } = await drawnTree(staff(), 1000)
    expect(targets.every((target, i) => target < i)).toBe(true)
    expect((await drawnTree(staff(), 200)).targets).toEqual(targets.slice(0, 200))
    expect((await drawnTree(staff(), 200, 2)).targets).not.toEqual(targets.slice(0, 200))
  })

  it('have heads that are empty, or name themselves, as in the data', async () => {
    const heads = ({ targets }: Tree) => targets.flatMap((target, i) => (target === -1 ? ['none'] : target === i ? ['self'] : []))
    expect(new Set(heads(await drawnTree(staff(), 2000)))).toEqual(new Set(['none']))
    expect(new Set(heads(await drawnTree(staff({ head: 'self' }), 2000)))).toEqual(new Set(['self']))
  })

  it('are as uneven as in the data: a few rows have most', async () => {
    const busiest = ({ targets, ids }: Tree) => {
      const counts = ids.map((_, i) => targets.filter((target, k) => target === i && k !== i).length).sort((a, b) => b - a)
      return counts.slice(0, Math.round(0.05 * ids.length)).reduce((sum, count) => sum + count, 0) / ids.length
    }
    const [real, drawn] = [busiest(treeOf(staff())), busiest(await drawnTree(staff(), 300))]
    expect(real).toBeGreaterThan(0.7)
    expect(Math.abs(drawn - real)).toBeLessThan(0.15)
  })

  it('that go in circles, as of partners, lead to other rows', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => `P${i}x`)
    const columns: [KeyColumn, KeyColumn] = [
      { name: 'person_id', cells: ids },
      { name: 'partner_id', cells: ids.map((_, i) => (i < 20 ? null : ids[i ^ 1]!)) }
    ]
    const { targets } = await drawnTree(columns, 1000)
    expect(targets.every((target, i) => target !== i && !Number.isNaN(target))).toBe(true)
    // Standard error 0.0126.
    expect(Math.abs(targets.filter((target) => target < 0).length / 1000 - 0.2)).toBeLessThan(0.051)
  })

  it('are told', () => {
    expect(keyTexts(keepKeys(staff(), 5)).at(-1)).toBe('manager_id refers to employee_id of rows before, up to 3 deep')
    expect(keyTexts(keepKeys(staff({ shuffled: true }), 5)).at(-1)).toBe('manager_id refers to employee_id, up to 3 deep')
  })
})

describe('which columns refer to a key', () => {
  const ids: KeyColumn = { name: 'id', cells: Array.from({ length: 200 }, (_, i) => String(i + 1)) }
  const column = (name: string, cells: (string | null)[]): KeyColumn => ({ name, cells })

  it('is more than that small numbers are among running ones', () => {
    const ages = Array.from({ length: 200 }, (_, i) => String(20 + ((i * 37) % 50)))
    expect(refersTo(column('age', ages), ids)).toBe(false)
    expect(refersTo(column('parent_id', ages), ids)).toBe(true)
    const sparse = { ...ids, cells: ids.cells.map((cell) => String(1_000_003 + 977 * Number(cell))) }
    const among = Array.from({ length: 200 }, (_, i) => sparse.cells[(i * 37) % 50]!)
    expect(refersTo(column('boss', among), sparse)).toBe(true)
    expect(refersTo(column('boss', [...among.slice(1), '1000004']), sparse)).toBe(false)
  })

  it('asks for a key in every row, and knows whole numbers with a point', () => {
    const parents = Array.from({ length: 200 }, (_, i) => (i === 0 ? null : `${1 + (i >> 1)}.0`))
    expect(refersTo(column('parent_id', parents), ids)).toBe(true)
    expect(refersTo(column('parent_id', parents), { ...ids, cells: [null, ...ids.cells.slice(1)] })).toBe(false)
  })

  const table = (types?: Readonly<Record<string, 'category'>>) => {
    const [employees, managers] = staff()
    const text = (name: string, values: readonly (string | null)[]) => ({ name, source: 'text' as const, values })
    const raw: RawTable = {
      rowCount: ROWS,
      columns: [
        text('employee_id', employees.cells),
        text('manager_id', managers.cells),
        text(
          'pay',
          Array.from(u.subarray(0, ROWS), (x) => x.toFixed(3))
        )
      ]
    }
    return leaveKeysOut(raw, inferTable(raw, types ? { types } : {}), types ? { types } : {})
  }

  it('is found in a table, with a note, and not where a kind is stated', () => {
    expect(table().table.columns.map(({ kind }) => kind)).toEqual(['identifier', 'identifier', 'number'])
    expect(table().notes.at(-1)).toBe(
      'manager_id: every value is one of employee_id: left out of the model, and drawn as a reference to a new one; --types manager_id=category models it'
    )
    expect(table({ manager_id: 'category' }).table.columns.map(({ kind }) => kind)).toEqual(['identifier', 'category', 'number'])
  })
})
