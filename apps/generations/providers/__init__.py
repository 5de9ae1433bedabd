"""Everything that can turn a prompt into images, behind one small interface (`base`)."""
