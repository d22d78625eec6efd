import { signal } from '@preact/signals'
import { Link } from './fields.js'

const copied = signal('')

/** A text to take along, with a button that copies it. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(text)
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
      <pre tabIndex={0}>{text}</pre>
    </div>
  )
}
