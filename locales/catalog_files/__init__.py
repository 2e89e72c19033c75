"""Reading and writing of catalog files (.po) and FAQ files."""
