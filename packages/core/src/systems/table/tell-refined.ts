import { type Fact, facts, type Telling } from '../../tell/telling.js'
import type { Refinement, RefinementTrial } from '../refinement/refinement.js'
import type { DrawnRows } from './options.js'

const WHY: Readonly<Record<RefinementTrial['verdict'], string>> = {
  gains: 'each row is one of four candidates',
  'nothing to learn': 'off: boosted trees cannot tell drawn rows from real ones',
  'no gain': 'off: refined rows are no harder to tell from held-out ones',
  'nearer to training rows': 'off: refined rows would give training rows away',
  'too few rows': 'off: too few rows to tell whether it gains'
}

/** What a model says of its refinement; with rows, what candidates they were taken from. */
export function tellRefined({ trial, ratio }: Refinement, rows?: DrawnRows['refined']): Telling {
  const digits = (x: number) => x.toFixed(3)
  const change = (name: string, of: RefinementTrial['auc'], meaning: string): Fact[] =>
    of ? [{ name, value: `${digits(of.plain)} → ${digits(of.refined)}`, aside: `standard error ${digits(of.error)}`, meaning }] : []
  const aside = trial.verdict === 'too few rows' ? `${trial.heldOut} held out` : `on ${trial.heldOut} rows held out from a trial fit`
  const told: Fact[] = [
    { name: 'refinement', value: ratio ? WHY.gains : WHY[trial.verdict], aside },
    ...change('two-sample AUC, refined', trial.auc, 'How well a forest tells plain and refined rows from held-out ones; 0.5 is best.'),
    ...change('membership, refined', trial.membership, 'How often a distance attack on plain and refined rows is right; 0.5 is best.'),
    ...(rows
      ? [
          {
            name: 'effective candidates',
            value: Number(rows.effective.toFixed(2)),
            aside: `of ${rows.candidates} a row`,
            meaning: 'How many of the four candidates share the choice on average, (Σw)²/Σw²: near 1, one candidate dominates.'
          }
        ]
      : [])
  ]
  return {
    json: { refinement: { ...trial, on: ratio !== undefined, ...(rows ? { effectiveCandidates: rows.effective } : {}) } },
    topics: [{ id: 'refinement', title: 'Refinement', blocks: [facts(...told)] }],
    warnings: [],
    notes: []
  }
}
