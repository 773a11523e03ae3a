/** The project's mark: three streamlines. */
export function Logo() {
  return (
    <span class="logo">
      <svg viewBox="0 0 32 24" aria-hidden="true" focusable="false">
        <g fill="none" stroke="currentColor" stroke-linecap="round" stroke-width="3">
          <path d="M3 6h11c6 0 7-3 14-3" />
          <path d="M3 12h8c7 0 9-3 17-3" opacity=".62" />
          <path d="M3 18h6c8 0 10-3 19-3" opacity=".32" />
        </g>
      </svg>
      <span class="logo-name">Slipstream</span>
    </span>
  );
}
