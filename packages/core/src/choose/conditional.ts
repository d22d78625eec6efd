import { forgets, ONE_GAUSSIAN } from '../law/mixture.js'
import { mean } from '../num/statistics.js'
import { type Calibration, centralShares, refuted } from './calibration.js'
import { tellsApart } from './held-out.js'
import { type ChoiceProblem, HeldOutScores, type Setting } from './held-out-scores.js'
import { looksGaussian } from './normality.js'
import { type Choice, CLEARLY, inTurn, leastOf, type Search, type Stage, search, simplestOf, type Trial, untilWorse } from './search.js'

/** Bandwidth, ridge and relative bandwidth of the free coordinates, and how they did on held-out rows. */
interface ConditionalTrial {
  readonly epsilon: number
  /** λ relative to the mean local variance of the given columns. */
  readonly ridge: number
  /** ε of the columns that are drawn, relative to that of the given ones. */
  readonly freeRatio: number
  readonly predicts: boolean
  /** Shares of the rows that a forest draws, and a regression with residuals of a forest; the kernel draws the others. */
  readonly forest: number
  readonly residuals: number
  /** Whether numbers were drawn once more, each given all others. */
  readonly redrawn: boolean
  /** Energy score of the drawn columns, each in its spread between rows that are given alike; of one column the CRPS, 0.56 for the law of Gaussian rows. */
  readonly score: number
  /** Held-out rows it was drawn for. Where they are not those of the others, its score is one of theirs and what it differs by on these. */
  readonly scoredRows: number
}

export interface ConditionalChoice {
  readonly epsilon: number
  readonly ridge: number
  readonly freeRatio: number
  /** Whether spreads are those of predictions, where what is drawn has no kernel of its own. */
  readonly predicts?: boolean
  /** Shares of the rows that a forest draws, and a regression with residuals of a forest; the kernel draws the others. Default none. */
  readonly forest?: number
  readonly residuals?: number
  /** Whether numbers are drawn once more, each given all others. */
  readonly redrawn?: boolean
  /** All that was tried, in that order; empty where nothing had to be chosen. */
  readonly trials: readonly ConditionalTrial[]
  readonly heldOutRows: number
  /** Of each drawn coordinate that was scored, how many held-out rows lie in the central 80 % of what is drawn for them. */
  readonly central?: readonly { readonly coordinate: number; readonly share: number }[]
}

/** @source mathematics, section 7. */
export const DEFAULT_RIDGE = 1e-3
/** Share of the steps beyond which it does not matter how many more are taken. */
const OFTEN_TAKEN = 0.5
/** λ from which given numbers are mostly noise: slopes are a sixth of what they are without it, or less. */
const MOST_RIDGE = 5
/** Fewer held-out rows than this choose nothing. */
const LEAST_HELD_OUT = 20

/** Whether all coordinates are averaged over all rows. */
export const isOneGaussian = ({ epsilon, freeRatio }: Pick<ConditionalChoice, 'epsilon' | 'freeRatio'>): boolean =>
  epsilon === ONE_GAUSSIAN && freeRatio === 1

/**
 * Chooses ε, its ratio between drawn and given columns, and λ by the energy score of held-out rows of the model's own data, the same
 * columns given: from one Gaussian, with the linear regression of all rows, to ever more local ones, then, where places of held-out
 * rows ask for it, with a kernel on what is drawn, which lets its law have several modes. The simplest within one standard error of the best is taken.
 * Cost: 4 chains for each of 300 rows from at most 1,000 others, at about 17 settings; those that are clearly worse stop early.
 */
export async function chooseConditional(asked: ChoiceProblem): Promise<ConditionalChoice> {
  const { split } = asked.group
  // Intervals are left open here: held-out rows are scored on them like on any other drawn column.
  const group = { ...asked.group, split: { given: split.given, ranged: [], free: [...split.ranged, ...split.free].sort((a, b) => a - b) } }
  const { fixed, kernel, training } = asked
  // Rows of a forest know of no interval.
  const forest = split.ranged.length > 0 ? undefined : asked.forest
  // One that says nothing is not asked for: the choice is the same as without it.
  const observed = asked.observed && (await tellsApart(asked.observed, training.rows)) ? asked.observed : undefined
  const problem = { ...asked, group, observed, forest }
  const start = { epsilon: fixed.epsilon ?? kernel.epsilon, ridge: fixed.ridge ?? DEFAULT_RIDGE, freeRatio: 1 }
  // Of what is observed alone a fixed ε leaves nothing to choose, and nobody asks how it scores.
  const known = split.given.length > 0 || (observed !== undefined && fixed.epsilon === undefined)
  const ofCategories = !known && mayResample(problem) && split.ranged.length === 0
  const nothing = { ...start, trials: [], heldOutRows: 0 }
  if (group.split.free.length === 0) return nothing
  // Held-out rows that are given nothing would be scored by the law of all rows, to which one that repeats the training rows is as good.
  if (!known && !ofCategories)
    return split.ranged.length > 0 && fixed.epsilon === undefined
      ? { ...nothing, epsilon: looksGaussian(training) ? ONE_GAUSSIAN : kernel.epsilon }
      : nothing
  const scores = await HeldOutScores.of(problem)
  const { heldOutRows } = scores
  if (heldOutRows < LEAST_HELD_OUT || scores.columns.length === 0 || (ofCategories && scores.columns.length > 1)) return nothing
  const { kernels, sharesOut } = await searchOf(problem, scores)
  const alone = await search(kernels, problem.watch)
  if (!alone) return nothing
  const found = await sharesOut(alone)
  const told = ({ known, drawn, ridge, predicts, forest, residuals, redrawn }: Setting) => ({
    epsilon: known,
    freeRatio: drawn / known,
    ridge,
    predicts,
    forest,
    residuals,
    redrawn
  })
  const trials = found.trials.map(({ setting, loss, losses }) => ({ ...told(setting), score: loss, scoredRows: losses.length }))
  const shares = centralShares(scores.calibration.placesOf(found.setting), scores.columns.length)
  const central = scores.columns.map((coordinate, k) => ({ coordinate, share: shares[k]! }))
  return { ...told(found.setting), trials, heldOutRows, central }
}

interface Searches {
  /** Of kernels, and of numbers drawn once more. */
  readonly kernels: Search<Setting>
  /** Whether others draw beside the kernel. */
  readonly sharesOut: (found: Choice<Setting>) => Promise<Choice<Setting>>
}

async function searchOf(asked: ChoiceProblem, scores: HeldOutScores): Promise<Searches> {
  const { kernel, fixed, scheme, training, observed } = asked
  const ridge = fixed.ridge ?? DEFAULT_RIDGE
  const given = asked.group.split.given.length > 0
  // Only a fixed kernel has scales, and where no number is given there is one bandwidth.
  const apart = kernel.kind === 'fixed' && given
  const gaussian = !scores.onSpikes && looksGaussian(training)
  const linear = observed?.evidence.linear ?? true
  // Scores hardly see how many columns hang together (of breast cancer given one column, one with 4 times the model's ε is as
  // good to them, and a forest tells its rows from real ones with an AUC of 0.76 in place of 0.58).
  const widest = asked.widest ?? (scores.columns.length === 1 || gaussian ? ONE_GAUSSIAN : kernel.epsilon)
  const { calibration } = scores
  // The simplest whose steps are rather taken than refused: from a wide kernel few lead along a curve. Kernels of any width have the
  // law of Gaussian rows, so that there nothing else counts.
  const counted = (setting: Setting) => Math.min(OFTEN_TAKEN, scores.takenOf(setting))
  const ends = !linear && gaussian && !given ? (setting: Setting) => counted(setting) === OFTEN_TAKEN : undefined
  // What is observed may say little, and then a kernel that repeats the training rows scores as well as their law; far from
  // where most rows are it has a handful of them, and they are not the law's.
  const narrowest = given || ends ? 0 : kernel.epsilon
  const bounds = { apart, widest, narrowest, ridge, ends }
  const prefer = (a: Setting, b: Setting) => counted(b) - counted(a) || order(a, b)
  const stages: Stage<Setting>[] =
    fixed.epsilon === undefined
      ? [ladder(kernel.epsilon, bounds), ...(ends ? [] : [beside(bounds)])]
      : [() => [{ known: fixed.epsilon!, drawn: asked.widest ?? fixed.epsilon!, ridge, predicts: false, ...OF_KERNEL }]]
  if (fixed.ridge === undefined && scheme !== 'clamp' && given) stages.push(largerRidge)
  if (fixed.epsilon === undefined && apart && !asked.ranked) stages.push(kernelOnDrawn(kernel.epsilon, widest, calibration))
  if (fixed.predicts === undefined && scheme !== 'clamp' && given) stages.push(asPredictions)
  const resamples = mayResample(asked)
  const forest = resamples && scores.columns.length === 1 ? await asked.forest?.grown({ partition: 0, part: 0 }) : undefined
  // Rows that pass tests of normality are a Gaussian's until scores say clearly that they are not. The few chains that stand at
  // a curve tell nothing of places.
  const isLikely = ({ known, drawn }: Setting) => gaussian && known === ONE_GAUSSIAN && drawn === ONE_GAUSSIAN
  const ofKernel = (setting: Setting): number => {
    if (!linear) return ends ? CLEARLY : 1
    if (calibration.fails(setting)) return 0
    return isLikely(setting) ? CLEARLY : 1
  }
  const redraws = resamples && scores.columns.length > 1 && isMostlyKnown(asked) && ((await asked.redrawn?.()) ?? []).length > 0
  const shares = !redraws && forest?.drawn.length === 1 ? sharesOf(forest.residuals !== undefined) : []
  const all = [
    ...stages.map(
      (stage): Stage<Setting> =>
        (trials) =>
          stage(ofKernels(trials))
    ),
    besideKernel(redraws ? [REDRAWN] : [], ofKernel)
  ]
  const allowance = (setting: Setting, least: Setting): number => {
    if (isKernel(setting)) return isKernel(least) || isLikely(setting) ? ofKernel(setting) : 0
    return !gaussian && (setting.redrawn || isShared(setting, shares[0]!)) ? 1 : 0
  }
  const firstOf = (all: Shares) => (gaussian ? order : sharesFirst(all))
  const kernels: Search<Setting> = {
    stage: 'choosing the conditional bandwidth',
    parts: scores.parts.length,
    expected: 17,
    order,
    prefer: linear ? firstOf(REDRAWN) : prefer,
    allowance,
    score: (setting, part) => scores.at(part, setting),
    glance: async (setting) => (apart && setting.drawn < widest && forgets(widest) ? scores.glance(setting) : undefined),
    moves: inTurn(order, all)
  }
  return {
    kernels,
    sharesOut: (found) => withShares(found, { shares, scores, order, ofKernel, allowance, prefer: shares[0] && firstOf(shares[0]) })
  }
}

interface Sharing extends Pick<Search<Setting>, 'order' | 'allowance' | 'prefer'> {
  readonly shares: readonly Shares[]
  readonly scores: HeldOutScores
  readonly ofKernel: (setting: Setting) => number
}

/**
 * Chooses the shares beside the simplest kernel that scores cannot tell from the best. Their losses are of other rows than the
 * kernels' were: they are told by what they differ from this one's.
 */
async function withShares(found: Choice<Setting>, { shares, scores, ofKernel, ...rule }: Sharing): Promise<Choice<Setting>> {
  const kernel = simplestOf(found.trials, { order: rule.order, allowance: ofKernel })
  if (shares.length === 0 || !kernel) return found
  const settings = [kernel.setting, ...shares.map((own) => ({ ...kernel.setting, ...own }))]
  const losses = await scores.mixed(kernel.setting, settings)
  if (losses[0]!.length === 0) return found
  const own = mean(losses[0]!)
  const tried = settings.map((setting, k) => ({ setting, losses: losses[k]!, loss: kernel.loss + mean(losses[k]!) - own, whole: true }))
  const chosen = simplestOf(tried, rule)!
  return { setting: chosen.setting, trials: [...found.trials, ...tried.slice(1)], least: leastOf(tried)!, chosen }
}

type Shares = Pick<Setting, 'forest' | 'residuals' | 'redrawn'>

const OF_KERNEL: Shares = { forest: 0, residuals: 0, redrawn: false }
const REDRAWN: Shares = { ...OF_KERNEL, redrawn: true }

/** Wide kernels are simpler, and of those on drawn and on given columns the first counts first: without it draws are independent. */
const order = (a: Setting, b: Setting): number =>
  Number(a.redrawn) - Number(b.redrawn) ||
  a.forest + a.residuals - (b.forest + b.residuals) ||
  a.forest - b.forest ||
  b.drawn - a.drawn ||
  b.known - a.known ||
  a.ridge - b.ridge ||
  Number(b.predicts) - Number(a.predicts)

interface Ladder {
  readonly apart: boolean
  /** Largest ε of what is drawn. */
  readonly widest: number
  /** Smallest of all. */
  readonly narrowest: number
  readonly ridge: number
  /** Of settings after which no finer one is asked for, and before which none ends the ladder; default what is clearly worse does. */
  readonly ends?: ((setting: Setting) => boolean) | undefined
}

/**
 * Finer on what is given, by factors of four, to the model's own ε and on until that is clearly worse: a column that says much by
 * itself asks for far less than all columns together. Between one Gaussian and the model's ε scores need not fall all the way where
 * what is drawn has a kernel of its own.
 */
function ladder(epsilon: number, { apart, widest, narrowest, ridge, ends }: Ladder): Stage<Setting> {
  const from = ends ? 0 : apart ? epsilon : Number.POSITIVE_INFINITY
  const rungs = [64, 16, 4, 1, 1 / 4, 1 / 16, 1 / 64, 1 / 256].map((factor) => factor * epsilon).filter((known) => known < ONE_GAUSSIAN / 2)
  const all = [ONE_GAUSSIAN, ...rungs].filter((known) => known >= narrowest && (apart || known <= widest))
  const rung = {
    of: ({ known }: Setting) => known,
    at: (known: number) => ({ known, drawn: apart ? widest : known, ridge, predicts: false, ...OF_KERNEL }),
    from
  }
  return (trials) => (ends && trials.some(({ setting }) => ends(setting)) ? [] : untilWorse(trials, all, rung))
}

/** Half and twice the best bandwidth of what is given. */
function beside({ apart, widest, narrowest }: Ladder): Stage<Setting> {
  return (trials) => {
    const least = leastOf(trials)?.setting
    if (!least || least.known === ONE_GAUSSIAN || isLate(least, trials)) return []
    const twice = Math.min(2 * least.known, apart ? ONE_GAUSSIAN : widest)
    return [twice, Math.max(narrowest, least.known / 2)].map((known) => ({ ...least, known, drawn: apart ? least.drawn : known }))
  }
}

/**
 * Kernels on what is drawn, ever finer ones; not asked for where held-out rows lie in what is drawn without one as they should, be it
 * under a larger ridge: they cost more than they could give, and their chains' scores are noisy.
 */
function kernelOnDrawn(epsilon: number, widest: number, calibration: Calibration<Setting>): Stage<Setting> {
  const rungs = [16, 4, 1, 1 / 4].map((factor) => factor * epsilon).filter((drawn) => drawn < widest && drawn < ONE_GAUSSIAN / 2)
  return (trials) => {
    const least = leastOf(trials)?.setting
    if (!least || least.predicts) return []
    if (least.drawn === widest && !refuted(trials, { order, calibration })) return []
    return rungs.filter((drawn) => trials.every(({ setting }) => setting.drawn !== drawn)).map((drawn) => ({ ...least, drawn }))
  }
}

/** Ten times the best ridge, as long as that is best, up to where given numbers say little. */
const largerRidge: Stage<Setting> = (trials) => {
  const least = leastOf(trials)?.setting
  return least && least.ridge < MOST_RIDGE && !least.predicts ? [{ ...least, ridge: 10 * least.ridge }] : []
}

/** Whether a setting is of the last stages, which begin with the bandwidths that were found. */
const isLate = ({ ridge, predicts }: Setting, trials: readonly Trial<Setting>[]): boolean => predicts || ridge !== trials[0]!.setting.ridge

/** The best bandwidths and those that stand for them, with the spread of predictions: it is theirs, unless rows are smoothed so much that it is too wide already. */
const asPredictions: Stage<Setting> = (trials) =>
  [leastOf(trials), simplestOf(trials, { order })].flatMap((trial) =>
    trial && forgets(trial.setting.drawn) ? [{ ...trial.setting, predicts: true }] : []
  )

/**
 * Kernel, forest and regression in equal shares, each two of them and each by itself; shares that are fitted to few rows do worse.
 * @source Bates and Granger, *The combination of forecasts*, 1969; Clemen, *Combining forecasts*, 1989; of laws: Hall and Mitchell,
 * *Combining density forecasts*, 2007.
 */
const sharesOf = (hasResiduals: boolean): readonly Shares[] =>
  (hasResiduals
    ? [
        [1, 1, 1],
        [0, 1, 1],
        [0, 0, 1],
        [0, 1, 0],
        [1, 0, 1],
        [1, 1, 0]
      ]
    : [
        [1, 1, 0],
        [0, 1, 0]
      ]
  ).map(([kernel = 0, forest = 0, residuals = 0]) => {
    const all = kernel + forest + residuals
    return { ...OF_KERNEL, forest: forest / all, residuals: residuals / all }
  })

/** What draws beside the simplest kernel that scores cannot tell from the best. */
const besideKernel =
  (shares: readonly Shares[], allowance: (setting: Setting) => number): Stage<Setting> =>
  (trials) => {
    const kernel = simplestOf(ofKernels(trials), { order, allowance })
    return kernel ? shares.map((own) => ({ ...kernel.setting, ...own })) : []
  }

const isKernel = (shares: Shares): boolean => isShared(shares, OF_KERNEL)

const isShared = (a: Shares, b: Shares): boolean => a.forest === b.forest && a.residuals === b.residuals && a.redrawn === b.redrawn

const ofKernels = (trials: readonly Trial<Setting>[]) => trials.filter(({ setting }) => isKernel(setting))

/** Equal shares of all, whatever scores cannot tell from them: none is more than a chance away from being best. */
const sharesFirst =
  (all: Shares) =>
  (a: Setting, b: Setting): number =>
    Number(isShared(b, all)) - Number(isShared(a, all)) || order(a, b)

/**
 * Whether more is known than is drawn. Else each number would be drawn given others that are mostly drawn, for which its law was not
 * chosen: held-out rows have their own.
 */
function isMostlyKnown({ group, training }: ChoiceProblem): boolean {
  const { split, factors, standing = [] } = group
  const drawn = split.free.length - standing.length + training.encoder.factors.length - factors.length
  return split.given.length + standing.length + factors.length > drawn
}

/**
 * Whether a forest may draw: where something is given, and that alone, and nobody asked for a bandwidth. One number: scores hardly see
 * how several hang together, and what smooths rows of a forest would blur it. Of several each is drawn given the others.
 */
const mayResample = ({ fixed, scheme, observed, group, forest }: ChoiceProblem): boolean =>
  forest !== undefined &&
  fixed.epsilon === undefined &&
  scheme !== 'clamp' &&
  !observed &&
  group.split.given.length + group.factors.length + (group.standing?.length ?? 0) > 0
