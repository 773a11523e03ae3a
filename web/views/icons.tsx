import type { ComponentChildren } from 'preact';

function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const PlayIcon = () => (
  <Icon>
    <path
      d="M6 3.8v12.4a.8.8 0 0 0 1.2.7l9.9-6.2a.8.8 0 0 0 0-1.4L7.2 3.1A.8.8 0 0 0 6 3.8Z"
      fill="currentColor"
    />
  </Icon>
);
export const PauseIcon = () => (
  <Icon>
    <path d="M5 3.5h3.4v13H5zM11.6 3.5H15v13h-3.4z" fill="currentColor" />
  </Icon>
);
export const StepIcon = () => (
  <Icon>
    <path d="M4.5 4v12l8-6zM13.6 4h2.4v12h-2.4z" fill="currentColor" />
  </Icon>
);
export const RestartIcon = () => (
  <Icon>
    <path
      d="M4.2 10a5.8 5.8 0 1 0 2-4.4M4 3.2v3.6h3.6"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </Icon>
);
export const LoopIcon = () => (
  <Icon>
    <path
      d="M13 2.8 16 5.5l-3 2.7M4 9V8a2.5 2.5 0 0 1 2.5-2.5H16M7 17.2 4 14.5l3-2.7M16 11v1a2.5 2.5 0 0 1-2.5 2.5H4"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </Icon>
);
export const StarIcon = ({ filled }: { readonly filled: boolean }) => (
  <Icon>
    <path
      d="m10 2.8 2.2 4.6 5 .7-3.6 3.5.9 5L10 14.2l-4.5 2.4.9-5L2.8 8.1l5-.7Z"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width="1.3"
      stroke-linejoin="round"
    />
  </Icon>
);
export const ChevronIcon = () => (
  <Icon>
    <path
      d="m5.5 8 4.5 4.5L14.5 8"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path
      d="m5 5 10 10M15 5 5 15"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
    />
  </Icon>
);
export const PeopleIcon = () => (
  <Icon>
    <path
      d="M7.3 9.4a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.5 16c0-2.8 2-4.6 4.8-4.6s4.8 1.8 4.8 4.6M13 9.2a2.3 2.3 0 1 0-.6-4.5M14 11.5c2.2.2 3.6 1.9 3.6 4.3"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
    />
  </Icon>
);
