"""The cellar: tables and every act on them."""
