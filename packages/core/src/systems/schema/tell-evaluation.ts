import type { Measure } from '../../diagnose/evaluation.js'
import { isBroken } from '../../diagnose/is-broken.js'
import { aboveFloor, aucReading, type Reading } from '../../diagnose/readings.js'
import { MANY_BROKEN, ruleWords } from '../../diagnose/verdict.js'
import { counted, listed } from '../../num/listed.js'
import { numberText, shareText } from '../../tell/numbers.js'
import { type Block, type Drawing, explained, type Grade, said, type TableOf, type Telling } from '../../tell/telling.js'
import type { KeyEvaluation, SchemaEvaluation } from './evaluate.js'

const GRADES: readonly Grade[] = ['good', 'plain', 'fair', 'poor']

/** What a comparison of several tables comes to. */
function schemaVerdict({ keys, rules, tables }: SchemaEvaluation): { readonly grade: Grade; readonly sentence: string } {
  const lost = keys.filter(({ dangling: [real, drawn] }) => drawn > 0 && drawn > real)
  const off = keys.flatMap(({ key, counts, correlations }) => [
    { words: `numbers of rows by ${key}`, ...aboveFloor(counts) },
    { words: `correlations along ${key}`, ...aboveFloor(correlations) }
  ])
  const worse = [
    ...off,
    ...Object.entries(tables).map(([name, one]) => ({ words: `rows of ${name}`, grade: one?.grade ?? 'good' }))
  ].filter(({ grade }) => grade === 'fair' || grade === 'poor')
  const broken = rules.filter(isBroken)
  const part = Math.max(0, ...broken.map((rule) => rule.broken / rule.rows))
  const grade =
    lost.length > 0 || part > MANY_BROKEN
      ? 'poor'
      : worse.reduce(
          (most: Grade, one) => (GRADES.indexOf(one.grade) > GRADES.indexOf(most) ? one.grade : most),
          broken.length > 0 ? 'fair' : 'good'
        )
  const dangling =
    lost.length > 0
      ? `keys dangle: ${listed(lost.map(({ key, dangling }) => `${counted(dangling[1], 'row')} by ${key}`))}`
      : 'no key dangles'
  const rest =
    worse.length > 0
      ? `above their floors: ${listed(worse.map(({ words, grade: own }) => `${words} (${own})`))}`
      : 'all measures are at their floors'
  return { grade, sentence: `${capitalised([dangling, ...broken.map(ruleWords), rest].join('; '))}.` }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What is said of several tables beside real ones: for a terminal, a report and `--json`. */
export function tellSchemaEvaluation(evaluation: SchemaEvaluation): Telling {
  const { grade, sentence } = schemaVerdict(evaluation)
  const rows: TableOf = {
    kind: 'table',
    caption:
      'Keys that lead nowhere; the distance of the distribution functions of how many rows refer to a row; and how far correlations of columns with those of the row that is referred to are off (root of the mean square). Floors: the same between two random halves of the real rows that are referred to.',
    head: ['key', 'dangling', 'empty', 'numbers of rows', 'correlations'],
    rows: evaluation.keys.map(({ key, dangling, empty, counts, correlations }) => [
      key,
      `${dangling[1]} (real ${dangling[0]})`,
      `${shareText(empty[1])} (real ${shareText(empty[0])})`,
      words(counts),
      words(correlations)
    ]),
    said: ''
  }
  const tables: TableOf = {
    kind: 'table',
    caption:
      'Each table by itself, without its keys; the AUC of a classifier that tells real from synthetic rows, beside what chance makes of it.',
    head: ['table', 'rows', 'AUC', 'value'],
    rows: Object.entries(evaluation.tables).map(([name, one]) => [
      name,
      one ? `${one.rows[1]} (real ${one.rows[0]})` : '',
      one ? words(one.auc, aucReading) : '',
      one ? one.sentence : 'nothing but keys'
    ]),
    said: 'table '
  }
  const rules: TableOf = {
    kind: 'table',
    caption: 'What holds between all real rows and those that they refer to, beyond chance, and how many new ones break it.',
    head: ['rule', 'broken by', 'share', 'by chance up to'],
    rows: evaluation.rules.map(({ rule, broken, rows: of, most }) => [
      rule,
      `${broken} of ${of}`,
      shareText(broken / Math.max(1, of)),
      numberText(most)
    ]),
    said: 'rule '
  }
  const between: Block[] = evaluation.rules.length > 0 ? [rules] : []
  const figures: Block[] = evaluation.keys.length > 0 ? [countsFigure(evaluation.keys)] : []
  return {
    json: { verdict: { grade, sentence }, ...evaluation },
    topics: [
      { id: 'verdict', title: 'Verdict', blocks: [said(`verdict, ${grade}: ${sentence}`)] },
      {
        id: 'keys',
        title: 'Where keys lead',
        blocks: [
          explained(
            'Tables that refer to each other are right where no key dangles, as many rows refer to a row as in the data, and rows go with those that they refer to as there.'
          ),
          rows,
          ...between,
          ...figures
        ]
      },
      { id: 'tables', title: 'Tables by themselves', blocks: [tables] }
    ],
    warnings: [],
    notes: []
  }
}

const words = (of: Measure, readingOf: (of: Measure) => Reading = aboveFloor): string =>
  of.value === null ? '–' : `${numberText(of.value)} (floor ${numberText(of.floor)}; ${readingOf(of).reading})`

function countsFigure(keys: readonly KeyEvaluation[]): Block {
  return {
    kind: 'figure',
    caption: 'Share of rows that so many rows refer to. ',
    key: { real: 'real', synthetic: 'synthetic' },
    drawings: keys.map(({ key, histogram: [real, drawn] }): Drawing => {
      const shares = (bars: readonly number[]) => {
        const total = bars.reduce((sum, one) => sum + one, 0)
        return bars.map((one) => one / Math.max(1, total))
      }
      const [own, other] = [shares(real), shares(drawn)]
      const most = Math.max(own.length, other.length) - 1
      return {
        label: `shares of rows by how many rows refer to them along ${key}`,
        name: key,
        size: [320, 180],
        x: { label: 'rows that refer to it', domain: [-0.5, most + 0.5] },
        y: { label: 'share' },
        marks: [
          { kind: 'bars', side: 'real', points: own.map((y, x) => ({ from: x - 0.4, to: x + 0.4, y })) },
          { kind: 'dots', side: 'synthetic', points: other.map((y, x) => ({ x, y })) }
        ]
      }
    })
  }
}
