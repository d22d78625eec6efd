import { signal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { Link } from './fields.js'

const copied = signal('')

/** A text to take along, with a button that copies it, or selects it where that is refused. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const block = useRef<HTMLPreElement>(null)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // A browser may refuse, or know no clipboard: then the text is selected, for a person to copy.
      getSelection()?.selectAllChildren(block.current!)
      block.current!.focus()
      return
    }
    copied.value = label
    setTimeout(() => {
      copied.value = ''
    }, 1500)
  }
  return (
    <div class="copyable">
      <p>
        <span>{label}</span>
        <Link onClick={() => void copy()} aria-label={`Copy: ${label}`}>
          {copied.value === label ? 'copied' : 'copy'}
        </Link>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre ref={block} tabIndex={0}>
        {text}
      </pre>
    </div>
  )
}
