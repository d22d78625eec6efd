import { sampledSquaredDistances, typicalAboveTies } from '../kernel/bandwidth.js'
import { gaussianKernel } from '../kernel/kernel.js'
import { type LinkedColumns, linkedColumns } from '../law/linked.js'
import type { TrainingRows } from '../law/training-rows.js'
import { copyMatrix, type Matrix, takeColumns, takeRows } from '../num/matrix.js'
import { keyAtStep, keyFor } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import { inShares, Shares } from './apportion.js'
import type { StepContext } from './step.js'

/**
 * Numbers of linked columns of chains as rows have them: every chain takes those of a row near the numbers that it drew, each
 * row giving them to at most as many chains as its weight says, so that shares are kept as of categories. What hardly any rows
 * share is left as it was drawn: it stands for what no row has. Rows of all classes give to all chains: with its class, a
 * chain would take what is one row's own. Gives coordinates [n, d].
 * Cost O(n·M·k) a round of at most 12, in which ever fewer chains take part.
 */
export async function withLinked(training: TrainingRows, drawn: Matrix, context: StepContext): Promise<Matrix> {
  const links = linkedColumns(training)
  if (links.length === 0) return drawn
  const coordinates = copyMatrix(drawn)
  for (const link of links) await takeValues(training, link, coordinates, context)
  return coordinates
}

/** In place. */
async function takeValues(training: TrainingRows, link: LinkedColumns, coordinates: Matrix, { engine, key }: StepContext): Promise<void> {
  const columns = link.coordinates
  const [from, points] = [takeColumns(coordinates, columns), takeColumns(training.rows.coordinates, columns)]
  const kernel = gaussianKernel(typicalAboveTies(await sampledSquaredDistances(points, engine)) || 1)
  const to = cloud(points)
  const shares = new Shares(training.logWeights, training.logWeights, coordinates.rows)
  const stream = keyFor({ ...key, step: 0 }, `linked ${columns[0]}`)
  await inShares(shares, coordinates.rows, {
    pick: (chains, round) => {
      const pair = { from: cloud(takeRows(from, chains)), to, kernel }
      return engine.pick(pair, shares.logTerms, { key: keyAtStep(keyFor(stream, `round ${round}`), key.step), chains })
    },
    give: (chain, row) => {
      columns.slice(0, link.shared[row]!).forEach((c, k) => {
        coordinates.data[chain * coordinates.cols + c] = points.data[row * points.cols + k]!
      })
    }
  })
}
