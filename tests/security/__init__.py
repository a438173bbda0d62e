"""What somebody with bad intentions would try: attacks that once did harm, and now do none."""
