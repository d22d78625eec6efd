// Trajectories through snapshots: distances at held-out times, beside the numbers that others have printed, straight lines,
// splines and persistence. With `--data FOLDER` also snapshots of your own: every table in it,
// times in the first column; hesc.csv stands beside what others print of these cells.

import { compared, meanOf } from './compared.mjs'
import { digits, experiment, list, mean, spread } from './experiment.mjs'
import { PROBLEMS } from './experiments/snapshots.mjs'
import { BLUE, curves, GREEN, GREY, PURPLE, VERMILION } from './figure.mjs'
import { heldOf, ownSnapshots } from './own-snapshots.mjs'

/** W1 at the four held-out times as they are printed; who was given the family of the drift, and who was not. */
const PRINTED = {
  'SBIRR [3]': { knows: 'family', w1: [0.19, 0.2, 0.3, 0.48] },
  '3MSBM': { knows: 'nothing', w1: [0.23, 0.18, 0.12, 0.35] },
  'Smooth SB': { knows: 'nothing', w1: [0.29, 0.27, 0.22, 0.68] },
  DeepRUOT: { knows: 'nothing', w1: [0.4, 0.17, 0.29, 0.62] }
}
/** W2 of embryonic stem cells at the second and fourth of five times, as it is printed. */
const PRINTED_CELLS = {
  'SBIRR [3]': { knows: 'nothing', w2: [1.08, 1.33] },
  MSBM: { knows: 'nothing', w2: [1.09, 1.3] },
  TrajectoryNet: { knows: 'nothing', w2: [1.3, 1.93] },
  'straight lines': { knows: 'nothing', w2: [1.07, 1.5] }
}

/** Every method at every held-out time in one distance, and on average in others. */
const tableOf = (title, held, found, printed = {}, distance = 'w1') => ({
  title,
  head: ['method', 'knows', ...held.map((t) => `${distance.toUpperCase()} at ${t}`), distance.toUpperCase(), 'sliced W2', 'MMD²'],
  rows: [
    ...Object.entries(found).map(([name, { knows, of }]) => [
      name,
      knows,
      ...held.map((_, k) => digits(mean(of.map((times) => times[k][distance])))),
      spread(meanOf({ of }, distance)),
      digits(mean(meanOf({ of }, 'sliced'))),
      digits(mean(meanOf({ of }, 'mmd')))
    ]),
    ...Object.entries(printed).map(([name, of]) => {
      const values = of[distance]
      return [`${name}, as printed`, of.knows, ...values.map(String), digits(mean(values)), '–', '–']
    })
  ]
})

const HELD = [1, 3, 5, 7]

/** A free field takes twenty seconds a fit. */
const methodsOf = ({ family, options }, full) => ({
  ...(full || family !== 'free'
    ? { [`ours, family ${family}`]: { reference: family, knows: family === 'free' ? 'nothing' : 'family', options } }
    : {}),
  'ours, smooth': { reference: 'smooth', knows: 'nothing' },
  'ours, plain bridge': { reference: 'brownian', knows: 'nothing' }
})

await experiment({
  name: 'snapshots',
  title: 'Snapshots: beside what others printed',
  paper: 'SBB',
  async run({ full }) {
    const at = process.argv.indexOf('--data')
    const seeds = list(full ? 10 : 5, (k) => k + 1)
    const { LOTKA_VOLTERRA, REPRESSILATOR, VORTEX } = PROBLEMS
    const [prey, genes, vortex] = [LOTKA_VOLTERRA, REPRESSILATOR, VORTEX].map((problem) => ({
      ...problem,
      methods: methodsOf(problem, full)
    }))
    const results = {
      prey: await compared(prey, HELD, { seeds, methods: prey.methods }),
      genes: await compared(genes, HELD, { seeds, methods: genes.methods }),
      vortex: await compared(
        vortex,
        HELD.map((k) => 0.75 * k),
        { seeds, methods: vortex.methods }
      )
    }
    const own = await ownSnapshots(at < 0 ? undefined : process.argv[at + 1])
    const W1 = (found, name) => mean(meanOf(found[name], 'w1'))
    const family = W1(results.prey, 'ours, family lotka-volterra')
    const sbirr = mean(PRINTED['SBIRR [3]'].w1)
    const best = (found) => Math.min(...['straight lines', 'persistence'].map((name) => W1(found, name)))
    const ours = (found) => Math.min(...Object.keys(found).flatMap((name) => (name.startsWith('ours') ? [W1(found, name)] : [])))
    return {
      claims: [
        {
          claim: 'trajectories through several snapshots from a family of references (W1, printed by [3]: 0.29 on Lotka–Volterra)',
          found: `${digits(family)} over ${seeds.length} seeds, the truth simulated again ${digits(W1(results.prey, 'the truth, simulated again'))}`,
          met: family <= sbirr
        },
        {
          claim: 'without a family, no worse than those who have none either (W1, printed: 3MSBM 0.22)',
          found: `${digits(W1(results.prey, 'ours, smooth'))} with smooth velocities`,
          met: W1(results.prey, 'ours, smooth') <= mean(PRINTED['3MSBM'].w1)
        },
        {
          claim: 'learning piece by piece fails to capture long-term dependence: the fit beats straight lines and persistence',
          found: Object.values(results)
            .map((found, k) => `${['Lotka–Volterra', 'repressilator', 'vortex'][k]} ${digits(ours(found))} against ${digits(best(found))}`)
            .join(', '),
          met: Object.values(results).every((found) => ours(found) < best(found))
        }
      ],
      tables: [
        tableOf(`Lotka–Volterra, nine snapshots of 50, ${seeds.length} seeds`, HELD, results.prey, PRINTED),
        tableOf(`repressilator, nine snapshots of 50, ${seeds.length} seeds`, HELD, results.genes),
        tableOf(
          `vortex of drifters, nine snapshots of 100, ${seeds.length} seeds (printed on drifters of the Gulf, other data: SBIRR 0.17, 3MSBM 0.15)`,
          HELD.map((k) => 0.75 * k),
          results.vortex
        ),
        ...(await ownTables(own, seeds))
      ],
      picture: pictureOf(results.prey)
    }
  }
})

/** Of the tables that a person named; without one of embryonic stem cells what others print stands alone. */
async function ownTables(own, seeds) {
  const isCells = ({ name }) => /^hesc\b/i.test(name)
  const tables = []
  for (const problem of own) {
    const held = heldOf(problem)
    const found = await compared(problem, held, { seeds, methods: methodsOf({ family: 'free' }, true) })
    const title = `${problem.name}, ${problem.times.length} snapshots, ${seeds.length} seeds`
    tables.push(isCells(problem) ? tableOf(title, held, found, PRINTED_CELLS, 'w2') : tableOf(title, held, found))
  }
  if (own.some(isCells)) return tables
  const title =
    'embryonic stem cells (hESC), W2 at the second and fourth of five times; ours with hesc.csv in a folder of yours: `--data FOLDER`'
  return [...tables, tableOf(title, ['t1', 't3'], {}, PRINTED_CELLS, 'w2')]
}

function pictureOf(found) {
  const series = [
    ...Object.entries(found).map(([name, { of }]) => [name, HELD.map((t, k) => [t, mean(of.map((times) => times[k].w1))])]),
    ...Object.entries(PRINTED).map(([name, { w1 }]) => [name, HELD.map((t, k) => [t, w1[k]])])
  ]
  const show = (chosen) => curves(chosen.map(([name, colour, dash]) => ({ colour, dash, points: series.find(([one]) => one === name)[1] })))
  const panel = (title, key, chosen) => ({
    title,
    key,
    x: { ticks: HELD },
    y: { domain: [0, 0.8] },
    xName: 'held-out time',
    yName: 'Wasserstein-1 distance to the held-out snapshot',
    marks: show(chosen)
  })
  return {
    words: 'Distance at four held-out times: ours, straight lines and persistence on the left, as others printed on the right',
    panels: [
      panel(
        'found here',
        [
          ['family', VERMILION],
          ['smooth', BLUE],
          ['lines', GREY],
          ['truth', GREEN]
        ],
        [
          ['ours, family lotka-volterra', VERMILION],
          ['ours, smooth', BLUE],
          ['straight lines', GREY],
          ['the truth, simulated again', GREEN, '3 3']
        ]
      ),
      panel(
        'as others printed',
        [
          ['SBIRR', VERMILION],
          ['3MSBM', BLUE],
          ['Smooth SB', PURPLE],
          ['DeepRUOT', GREY]
        ],
        [
          ['SBIRR [3]', VERMILION],
          ['3MSBM', BLUE],
          ['Smooth SB', PURPLE],
          ['DeepRUOT', GREY]
        ]
      )
    ]
  }
}
