# docs/schema.md comes from the descriptions of the tables; a test says when it does not.
schema-doc: $(BUILD)/tests/unit/test_store_schema
	@mkdir -p docs
	@UPDATE=1 $<

.PHONY: schema-doc

# tests/unit/test_store_extension.sh loads it
test: $(EXT)
