// Trajectories of a dynamical system by conditional sampling: Lorenz 1963 from 2,000 pairs of states, run freely.
import { lorenz63 } from '../../examples/lorenz63/lorenz63.mjs'
import { digits, experiment } from './experiment.mjs'
import { curves, GREY, VERMILION } from './figure.mjs'

/** The bins of the example, for the axes. */
const RANGES = { x: [-25, 25], y: [-30, 30], z: [0, 50] }

await experiment({
  name: 'dynamics',
  title: 'Trajectories of a dynamical system',
  paper: 'GLMR',
  async run({ full }) {
    const [steps, members] = full ? [100_000, 1] : [500, 6]
    const found = await lorenz63({ steps, members })
    const worst = (key) => Math.max(...found.map((one) => one[key]))
    return {
      claims: [
        {
          claim:
            'conditional sampling generates trajectories of a dynamical system: largest distance of a histogram to the true attractor’s (total variation), of the pairs themselves',
          found: `${digits(worst('distance'))}, ${digits(worst('trainingDistance'))}`,
          met: worst('distance') < 2 * worst('trainingDistance')
        },
        {
          claim: 'with its memory: largest error of an autocorrelation, of the pairs themselves',
          found: `${digits(worst('correlationError'))}, ${digits(worst('trainingCorrelationError'))}`,
          met: worst('correlationError') < 2 * worst('trainingCorrelationError')
        },
        {
          claim: 'and stays on the attractor (its largest |x|, |y|, |z|: 20, 27, 48)',
          found: found.map((one) => digits(one.largest)).join(', '),
          met: found.every((one, c) => one.largest < [25, 35, 55][c])
        }
      ],
      tables: [
        {
          title: `${members} trajectories of ${steps} steps`,
          head: ['coordinate', 'histogram distance', 'of the pairs', 'autocorrelation error', 'of the pairs', 'largest'],
          rows: found.map((one) => [
            one.name,
            ...['distance', 'trainingDistance', 'correlationError', 'trainingCorrelationError', 'largest'].map((key) => digits(one[key]))
          ])
        }
      ],
      picture: {
        words: 'Histograms of the three coordinates: trajectories from the learned pairs orange, the true attractor grey',
        panels: found.map(({ name, histograms }) => {
          const [low, high] = RANGES[name]
          const points = (of) => Array.from(of, (share, b) => [low + ((b + 0.5) * (high - low)) / of.length, share])
          return {
            title: `histogram of ${name}`,
            key: [
              ['drawn', VERMILION],
              ['true', GREY]
            ],
            y: { tickFormat: '.2f' },
            xName: name,
            yName: 'share of a bin',
            marks: curves([
              { colour: GREY, dots: false, points: points(histograms.truth) },
              { colour: VERMILION, points: points(histograms.ours) }
            ])
          }
        })
      }
    }
  }
})
