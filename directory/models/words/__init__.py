"""Words as content: vocabulary, calls that must hold, dangers."""
