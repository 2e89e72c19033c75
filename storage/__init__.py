"""What is remembered: mapped classes with their queries, encryption, migrations, importers and exporters."""
