"""What the black-box suites share: the gateway as a process, a scriptable system behind it, a client that speaks in bytes."""
