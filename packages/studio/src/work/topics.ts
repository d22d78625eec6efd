import type { Block, Topic } from '@sbridge/core/internal'
import type { ShownBlock, ShownTopic } from './messages.js'

/** Topics as the page shows them: the report's own drawings. */
export async function shownTopics(topics: readonly Topic[]): Promise<ShownTopic[]> {
  const { drawingSvg } = await import('./drawings.js')
  const shown = (block: Block, title: string): ShownBlock => {
    if (block.kind !== 'figure') return block
    const drawings = block.drawings.map((one) => ({
      title: one.name ?? title,
      detail: one.detail ?? '',
      drawings: [drawingSvg(one)],
      remarks: []
    }))
    return { ...block, drawings, width: block.drawings[0]!.size[0] }
  }
  return topics.map((topic) => ({ ...topic, blocks: topic.blocks.map((block) => shown(block, topic.title)) }))
}
