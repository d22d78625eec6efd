// A density that varies a thousandfold: two groups in the plane, one thirty times as wide as the other, and a peak of all widths; a kernel of one width
// everywhere beside one whose width follows the density.
import { energyDistance, keyFor, matrix } from 'sbridge/kernels'
import { digits, experiment, mean, spread } from './experiment.mjs'
import { UNEVEN as LAWS, partOf, SCALES } from './experiments/laws.mjs'
import { medianNearest, newRows } from './experiments/tables.mjs'
import { BLUE, GREY, scatter, VERMILION } from './figure.mjs'

const inUnits = (points, unit) =>
  matrix(
    points.rows,
    2,
    points.data.map((x) => x / unit)
  )

await experiment({
  name: 'density-range',
  title: 'A density that varies a thousandfold',
  paper: 'GLMR',
  async run({ full, engine, key }) {
    const [count, drawnCount, seeds] = full ? [2000, 4000, 5] : [800, 1200, 2]
    const found = {}
    const shown = {}
    for (const [law, place] of Object.entries(LAWS)) {
      for (let seed = 1; seed <= seeds; seed++) {
        const [rows, fresh] = [count, drawnCount].map((n, i) => place.draw(n, keyFor(key, `${law} ${seed} ${i}`)))
        for (const kernel of ['fixed', 'variable']) {
          const drawn = await newRows(rows, { kernel, scaling: 'standard', rules: 'off', seed }, { rows: drawnCount, seed }, engine)
          const parts = (dense) => [drawn, fresh, rows].map((points) => partOf(points, place, dense))
          const scores = async (dense) => {
            const [own, other, training] = parts(dense)
            const unit = Math.sqrt(other.data.reduce((sum, x) => sum + (x * x) / other.data.length, 0))
            const energy = await energyDistance({ first: inUnits(own, unit), second: inUnits(other, unit), key })
            return {
              energy,
              ratio: (await medianNearest(own, training, engine)) / (await medianNearest(other, training, engine)),
              share: own.rows / other.rows
            }
          }
          const name = `${law}|${kernel}`
          found[name] = [...(found[name] ?? []), { dense: await scores(true), thin: await scores(false) }]
          shown[name] ??= { drawn, rows, place }
        }
      }
    }
    const of = (name, part, what) => found[name].map((one) => one[part][what])
    const both = (law, part, what) => ['fixed', 'variable'].map((kernel) => mean(of(`${law}|${kernel}`, part, what)))
    const against = (law, part, what) =>
      both(law, part, what)
        .map((x) => digits(x))
        .join(' against ')
    const better = (law) => ['dense', 'thin'].every((part) => both(law, part, 'energy')[1] < both(law, part, 'energy')[0])
    const uneven = (law, k) => Math.abs(Math.log(both(law, 'dense', 'ratio')[k] / both(law, 'thin', 'ratio')[k]))
    const laws = Object.keys(LAWS)
    return {
      claims: [
        ...laws.map((law) => ({
          claim: `${law}: a bandwidth that varies with the density does better where rows are dense and where they are thin (energy distance to fresh rows, fixed against variable)`,
          found: `dense ${against(law, 'dense', 'energy')}, thin ${against(law, 'thin', 'energy')}`,
          met: better(law)
        })),
        {
          claim: 'one ε suits all parts better: ratios of distances to the nearest training row, dense and thin, are nearer to each other',
          found: laws
            .map(
              (law) =>
                `${law}: ${[0, 1].map((k) => ['dense', 'thin'].map((part) => digits(both(law, part, 'ratio')[k])).join(' and ')).join(', variable ')}`
            )
            .join('; '),
          met: laws.every((law) => uneven(law, 1) < uneven(law, 0))
        },
        {
          claim:
            'and no part is copied (a ratio of 0.85 or more with the variable kernel; the rule for ε holds 0.95 over all rows, not over parts)',
          found: laws
            .map((law) => `${law}: ${digits(Math.min(...['dense', 'thin'].map((part) => both(law, part, 'ratio')[1])))}`)
            .join(', '),
          met: laws.every((law) => ['dense', 'thin'].every((part) => both(law, part, 'ratio')[1] >= 0.85))
        }
      ],
      tables: [
        {
          title: `densities ${SCALES ** 2} : 1, ${count} training rows, half of them dense, ${drawnCount} drawn, ${seeds} seeds; energy distance in units of the part's own spread`,
          head: [
            'law',
            'kernel',
            ...['dense', 'thin'].flatMap((part) => [`energy, ${part}`, `ratio, ${part}`, `rows over fresh rows, ${part}`])
          ],
          rows: Object.keys(found).map((name) => [
            ...name.split('|'),
            ...['dense', 'thin'].flatMap((part) => ['energy', 'ratio', 'share'].map((what) => spread(of(name, part, what))))
          ])
        }
      ],
      picture: {
        words: 'Where the rows are dense: training rows grey, drawn rows of the fixed kernel orange, of the variable one blue',
        panels: Object.entries(shown).map(([name, { drawn, rows, place }]) => {
          const [law, kernel] = name.split('|')
          const colour = kernel === 'fixed' ? VERMILION : BLUE
          const [x, y] = [place.middle, 0].map((at) => [at - place.radius, at + place.radius])
          return {
            title: `${law}, ${kernel} kernel`,
            key: [
              ['training rows', GREY],
              ['drawn', colour]
            ],
            x: { domain: x },
            y: { domain: y },
            marks: [
              scatter(rows, { colour: GREY, x, y, radius: 2.4, opacity: 0.5 }),
              scatter(drawn, { colour, x, y, radius: 1.8, opacity: 0.6 })
            ]
          }
        })
      }
    }
  }
})
