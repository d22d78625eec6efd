import { numberText, shareText } from '../tell/numbers.js'
import { type Block, explained, facts, type TableOf, type Telling } from '../tell/telling.js'
import type { PanelFigure, PanelFigures } from './panels.js'

/** What is said of how rows belong together in real and in synthetic groups. */
export function tellPanels(figures: PanelFigures): Telling {
  const { columns, sizes, constant, repeated } = figures
  const words = ({ real, synthetic, floor }: PanelFigure) =>
    `${numberText(synthetic)} (real ${numberText(real)}, halves ± ${numberText(floor)})`
  const byColumn: TableOf = {
    kind: 'table',
    caption:
      'Share of the variance of a column that is between groups, and correlation of rows that follow each other about the mean of their group. Halves: how far two random halves of the real groups are apart.',
    head: ['column', 'between groups', 'row to row'],
    rows: columns.map(({ name, between, lag }) => [name, words(between), words(lag)]),
    said: 'in groups, '
  }
  const blocks: Block[] = [
    explained(
      'If the figures agree to within the halves, rows of a group belong together as much as in the real table. Measures of single rows, above all the AUC, can tell apart any two samples of groups, because rows of a group resemble each other. So the verdict judges whole groups.'
    ),
    facts(
      { name: 'rows a group', value: words(sizes) },
      {
        name: 'groups whose constant columns are constant',
        value: shareText(constant.synthetic),
        aside: `real ${shareText(constant.real)}`
      },
      repeated && { name: 'rows with the group and time of another', value: repeated.synthetic, aside: `real ${numberText(repeated.real)}` }
    ),
    ...(columns.length > 0 ? [byColumn] : [])
  ]
  return {
    json: { panel: figures },
    topics: [{ id: 'panel', title: 'Do rows of a group belong together?', blocks }],
    warnings: [],
    notes: []
  }
}
