import { capital, cellText, type Fact, factText } from '@sbridge/core/internal'
import type { ShownBlock, ShownTopic } from '../work/messages.js'
import { dot } from './figure.js'
import { Panel } from './panel.js'
import { colour } from './theme.js'
import { WideTable } from './wide-table.js'

/** What a model or rows say, part by part: the words, tables and drawings of the report. */
export function Topics({ topics, file }: { topics: readonly ShownTopic[]; file: string }) {
  return topics.map(({ id, title, blocks }) => (
    <section key={id} class={`topic topic-${id}`} aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>{title}</h2>
      <Blocks blocks={blocks} file={file} />
    </section>
  ))
}

export function Blocks({ blocks, file }: { blocks: readonly ShownBlock[]; file: string }) {
  return blocks.map((block, k) => <BlockOf key={k} block={block} file={file} />)
}

function BlockOf({ block, file }: { block: ShownBlock; file: string }) {
  switch (block.kind) {
    case 'facts':
      return <Facts facts={block.facts} />
    case 'table':
      return (
        <>
          <WideTable label={block.caption} head={block.head.map(capital)} rows={block.rows.map((cells) => cells.map(cellText))} />
          <p class="soft">{block.caption}</p>
        </>
      )
    case 'figure': {
      const key = Object.entries(block.key ?? {})
      return (
        <>
          <div class="panels" style={{ gridTemplateColumns: `repeat(auto-fill, minmax(min(${block.width}px, 100%), ${block.width}px))` }}>
            {block.drawings.map((drawing) => (
              <Panel
                key={drawing.title}
                file={file}
                drawing={drawing}
                legend={() => key.map(([side, words]) => dot(colour(side), words!))}
                notes={() => [block.caption]}
              />
            ))}
          </div>
          <p class="soft">{block.caption}</p>
        </>
      )
    }
    default:
      return <Said sentences={block.sentences} look={block.kind === 'said' ? 'verdict' : 'soft'} />
  }
}

export function Said({ sentences, look = 'verdict' }: { sentences: readonly string[]; look?: string }) {
  return (
    <div class={look}>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
    </div>
  )
}

function Facts({ facts }: { facts: readonly Fact[] }) {
  const [first, ...others] = facts
  if (others.length > 0 && others.every(({ name }) => name === first!.name))
    return (
      <ul>
        {facts.map((fact, k) => (
          <li key={k}>{factText(fact)}</li>
        ))}
      </ul>
    )
  // What all of them mean is said once.
  const common = others.length > 0 && others.every(({ meaning }) => meaning === first!.meaning) ? first!.meaning : undefined
  return (
    <>
      <dl class="facts">
        {facts.map((fact, k) => (
          <div key={k}>
            <dt>{capital(fact.name)}</dt>
            <dd>
              <strong>{factText(fact)}</strong> {!common && <span class="soft">{fact.meaning}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {common && <p class="soft">{common}</p>}
    </>
  )
}
