#ifndef IMPORTERS_GO_TRACE_H
#define IMPORTERS_GO_TRACE_H

#include "importers/importer.h"

extern const struct importer go_trace_importer;
/* The minor version in a Go trace header ("go 1.N trace"), or -1. */
int go_trace_header(const uint8_t *head, size_t n);

#endif
