#ifdef __cplusplus
}
#endif

#endif  // MONGOOSE_H
