"""The IoT reference service: products and their devices, written as any third party would."""
