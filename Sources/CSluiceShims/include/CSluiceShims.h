#ifndef C_SLUICE_SHIMS_H
#define C_SLUICE_SHIMS_H
#endif
