import { AUTO_OR_POSITIVE, BANDWIDTH, type Exclusion, type Field } from './fields.js'
import { NOT_OF_GROUPS } from './panel-options.js'

const GLMR = 'Gottwald, Li, Marzouk, Reich, arXiv 2401.04372'

/** Schemes and bandwidths that only a model of all columns has. */
const OF_WHOLE_MODELS: readonly Exclusion[] = [{ beside: ['local'] }, { beside: ['latent'] }]

/** The options of what is known about the rows to draw, each described once. */
export const conditionFields: readonly Field[] = [
  {
    name: 'given',
    kind: 'text',
    unit: 'units of the column',
    range: 'NAME=VALUE,… with a number, date, category, interval LOW..HIGH, one of A|B, or .. for any value; repeatable',
    default: 'nothing',
    repeatable: true,
    group: 'known',
    excludes: [NOT_OF_GROUPS],
    sentence: 'What is known of the rows exactly; everything else is drawn given it.',
    source: GLMR
  },
  {
    name: 'givenFile',
    kind: 'text',
    range: 'a table: columns by name, an empty cell is free, .. is any value',
    default: 'none',
    group: 'known',
    excludes: [NOT_OF_GROUPS, { beside: ['observed'], because: 'one condition, as given, beside observations' }],
    sentence: 'One condition a row; as many rows as -n says are drawn for each, in its order.'
  },
  {
    name: 'observe',
    kind: 'text',
    unit: 'units of the columns',
    range: "EXPRESSION = VALUE ± DEVIATION, e.g. '2*x1 + x3 = 4.2 ± 0.1' (+- too), where P(COLUMN = CATEGORY) is 1 or 0; repeatable",
    default: 'nothing',
    repeatable: true,
    group: 'observed',
    excludes: [NOT_OF_GROUPS],
    sentence: 'A measurement with Gaussian error: the rows are drawn from their law times its likelihood.'
  },
  {
    name: 'likelihood',
    kind: 'text',
    range: 'a module that exports logLikelihood(row) and, if it has it, gradient(row)',
    default: 'none',
    group: 'observed',
    excludes: [NOT_OF_GROUPS],
    sentence: 'A likelihood of your own, as a JavaScript module.'
  },
  {
    name: 'conditioning',
    label: 'How conditions come in',
    kind: 'choice',
    range: 'informed, clamp (of --given) or langevin (of --observe and --likelihood)',
    default: 'informed',
    choices: ['informed', 'clamp', 'langevin'],
    needs: 'known',
    excludes: [
      { but: 'informed', beside: ['local'] },
      { but: 'informed', beside: ['latent'] },
      { value: 'clamp', beside: ['observed'], because: 'informed or langevin: only given columns can be clamped' },
      { value: 'langevin', beside: ['!observed'], because: 'informed or clamp: given columns have no gradient' }
    ],
    sentence: 'How what is known comes in: inside the step with a Metropolis test, or by the schemes of the papers.',
    source: `clamp and langevin: ${GLMR}`
  },
  {
    name: 'conditionBandwidth',
    label: 'Bandwidth ε under conditions',
    ...BANDWIDTH,
    needs: 'known',
    excludes: OF_WHOLE_MODELS,
    sentence: 'Bandwidth ε of rows under conditions or observations; auto by held-out CRPS, or for observations from that of the model.',
    source: ''
  },
  {
    name: 'ridge',
    label: 'Ridge λ of given numbers',
    ...AUTO_OR_POSITIVE,
    unit: 'mean local variance of the given columns',
    needs: 'known',
    excludes: [
      ...OF_WHOLE_MODELS,
      { beside: ['conditioning=clamp'], because: 'informed: clamping has no ridge' },
      { beside: ['observed'], because: 'a deviation after ±: the ridge is of given numbers alone' }
    ],
    sentence: 'Ridge λ that stands for measurement noise on given numbers; auto is 0.001 unless held-out CRPS and coverage ask for more.',
    source: ''
  }
]
